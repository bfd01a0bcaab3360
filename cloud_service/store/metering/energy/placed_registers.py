"""Which registers hung where in a span, who was supplied there, and which service point feeds which."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.energy.counted_registers import ALWAYS, PlacedRegister
from cloud_service.domain.metering.energy.grouping import Tenancy
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from common.period import day_start
from common.reading import Quality

WIDEST_OFFSET = timedelta(days=1)  # a local day begins at most so far from the day in UTC

# registers of energy and volume at the places that a reader may know of; the newest mount of a meter comes last
PLACED = text("""
SELECT m.id AS mount_id, r.id AS register_id, r.name AS register, r.quantity,
       CASE r.direction WHEN 'export' THEN 'export' ELSE 'import' END AS direction, r.unit, r.kind, r.step_s, r.billed,
       v.terms AS terms, t.id AS meter_id, t.name AS meter, t.serial, t.public_id::text AS meter_public_id,
       p.id AS point_id, p.name AS point, p.public_id::text AS point_public_id, p.utility,
       s.id AS site_id, s.name AS site, s.public_id::text AS site_public_id, s.timezone,
       lower(m.during) AS mounted, upper(m.during) AS dismounted, m.multiplier,
       f.day AS first_day, f.step_s AS first_step_s, f.qualities AS first_qualities
  FROM site s
  JOIN service_point p ON p.site_id = s.id
  JOIN meter_mount m ON m.service_point_id = p.id AND m.during && tstzrange(:since, :until)
  JOIN meter t ON t.id = m.meter_id
  JOIN register r ON r.meter_id = t.id AND r.kind IN ('index', 'interval')
  LEFT JOIN virtual_meter v ON v.register_id = r.id
  LEFT JOIN LATERAL (SELECT day, step_s, qualities FROM interval_day d
                      WHERE d.register_id = r.id ORDER BY d.day LIMIT 1) f ON true
 WHERE (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities))
   AND (:site = '' OR :site IN (s.public_id::text, s.name))
   AND (:utility = '' OR p.utility = :utility)
   AND (:meter = '' OR :meter IN (t.public_id::text, t.name))
   AND (:client = '' OR EXISTS (
        SELECT 1 FROM contract k JOIN account a ON a.id = k.account_id JOIN client c ON c.id = a.client_id
         WHERE k.service_point_id = p.id AND :client IN (c.public_id::text, c.number)))
 ORDER BY s.name, p.name, lower(m.during) NULLS FIRST, t.name, r.id
""")
TENANCIES = text("""
SELECT k.service_point_id AS point_id, lower(k.during) AS start, upper(k.during) AS "end",
       c.public_id::text AS client_public_id, c.number AS client_number, c.name AS client
  FROM contract k JOIN account a ON a.id = k.account_id JOIN client c ON c.id = a.client_id
 WHERE k.service_point_id = ANY(:points) AND k.during && daterange(:first, :after)
 ORDER BY lower(k.during)
""")
PARENTS = text("""
SELECT p.id, p.parent_id FROM service_point p JOIN site s ON s.id = p.site_id
 WHERE p.parent_id IS NOT NULL AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities))
   AND (:site = '' OR :site IN (s.public_id::text, s.name))
""")
EXISTING = text("""
WITH s AS (SELECT id, public_id, name FROM site
            WHERE cast(:entities AS bigint[]) IS NULL OR legal_entity_id = ANY(:entities))
SELECT :site = '' OR EXISTS (SELECT 1 FROM s WHERE :site IN (s.public_id::text, s.name)) AS site,
       :meter = '' OR EXISTS (
           SELECT 1 FROM meter t JOIN meter_mount m ON m.meter_id = t.id
             JOIN service_point p ON p.id = m.service_point_id JOIN s ON s.id = p.site_id
            WHERE :meter IN (t.public_id::text, t.name)) AS meter,
       :client = '' OR EXISTS (
           SELECT 1 FROM client WHERE :client IN (public_id::text, number)
              AND (cast(:entities AS bigint[]) IS NULL OR legal_entity_id = ANY(:entities))) AS client
""")


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """Which places a report is of; what is empty does not limit it.

    A site and a meter by the id of its address or its name, a client by that or its number.
    """

    site: str = ""
    utility: str = ""
    meter: str = ""
    client: str = ""


def placed_registers(
    session: Session, scope: Scope, places: PlaceFilter, first: date, after: date
) -> list[PlacedRegister]:
    """The registers that hung at these places at some time of the days."""
    values = {
        **_limits(scope, places.site),
        "utility": places.utility,
        "meter": places.meter,
        "client": places.client,
        "since": datetime.combine(first, time(), UTC) - WIDEST_OFFSET,
        "until": datetime.combine(after, time(), UTC) + WIDEST_OFFSET,
    }
    return [_placed(row) for row in session.execute(PLACED, values).mappings()]


def check_places(session: Session, scope: Scope, places: PlaceFilter) -> None:
    """Refuse a site, meter or client that the reader knows nothing of."""
    values = {**_limits(scope, places.site), "meter": places.meter, "client": places.client}
    row = session.execute(EXISTING, values).mappings().one()
    for kind, exists in row.items():
        if not exists:
            raise NotFoundError(f"there is no {kind} {values[kind]}", path=kind)


def _placed(row: Any) -> PlacedRegister:
    values = dict(row)
    terms = values.pop("terms") or {}
    parts = frozenset(int(register) for register, _factor in terms.get("terms", ()))
    first_known = _first_known(
        values.pop("first_day"), values.pop("first_step_s"), values.pop("first_qualities"), values["timezone"]
    )
    mounted = values.pop("mounted") or ALWAYS
    return PlacedRegister(**values, mounted=mounted, parts=parts, first_known=first_known)


def _first_known(day: date | None, step_s: int, qualities: bytes | None, timezone: str) -> datetime | None:
    """The start of the first step with a usable value; of the next day where the first one has none."""
    if day is None:
        return None
    codes = bytes(qualities or b"")
    steps = next((place for place, code in enumerate(codes) if code <= Quality.ESTIMATED), len(codes))
    return day_start(day, timezone) + timedelta(seconds=steps * step_s)


def tenancies(session: Session, points: set[int], first: date, after: date) -> dict[int, list[Tenancy]]:
    """Who was supplied at the service points on the days, in their order."""
    rows = session.execute(TENANCIES, {"points": sorted(points), "first": first, "after": after}).mappings()
    by_point: dict[int, list[Tenancy]] = {}
    for row in rows:
        by_point.setdefault(row["point_id"], []).append(Tenancy(**{**row, "start": row["start"] or date.min}))
    return by_point


def parents(session: Session, scope: Scope, site: str) -> dict[int, int]:
    """Service point -> the one that feeds it."""
    return {row.id: row.parent_id for row in session.execute(PARENTS, _limits(scope, site))}


def _limits(scope: Scope, site: str) -> dict[str, Any]:
    """Customers see their meters through their contracts, never through a report."""
    entities: Collection[int] | None = [] if scope.clients is not None else scope.entities
    return {"entities": None if entities is None else sorted(entities), "site": site}
