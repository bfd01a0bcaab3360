"""What billing must know of contracts: who pays, where, by which tariff versions, measured by which registers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.register_readings import MountedRegister
from common.period import Span


@dataclass(frozen=True, slots=True)
class AssignedTariff:
    """A tariff that prices the contract on some days, with the versions valid then."""

    role: str
    span: Span
    tariff_id: int
    code: str
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BillableContract:
    """One contract as billing sees it."""

    id: int
    number: str
    start: date
    end: date | None
    account_id: int
    entity_id: int
    currency: str
    cycle_day: int
    service_point_id: int
    point: str
    grid_id: str
    utility: str
    site: str
    timezone: str
    holiday_calendar: str
    values: dict[str, str] = field(default_factory=dict)

    def days_in(self, span: Span) -> Span | None:
        """The days of a span on which the contract runs; one that was taken back runs on none."""
        start, end = max(self.start, span.start), min(self.end or span.end, span.end)
        return Span(start, end) if start < end else None


# The columns are the fields of BillableContract, those of MOUNTED after the point the fields of MountedRegister.
CONTRACTS = text(
    """
    SELECT c.id, c.number, coalesce(lower(c.during), '9999-12-31') AS start,  -- taken back: it has no day
           upper(c.during) AS end, c.account_id,
           cl.legal_entity_id AS entity_id, a.currency, a.billing_day AS cycle_day, p.id AS service_point_id,
           p.name AS point, p.grid_id, p.utility, s.name AS site, s.timezone, s.holiday_calendar,
           coalesce(p.settings->'values', '{}') AS values
      FROM contract c
      JOIN account a ON a.id = c.account_id
      JOIN client cl ON cl.id = a.client_id
      JOIN service_point p ON p.id = c.service_point_id
      JOIN site s ON s.id = p.site_id
     WHERE c.id = ANY(:ids)
     ORDER BY c.id
    """
)
# Each point and contract is looked up by itself (LATERAL, OFFSET 0): asked for many at once, PostgreSQL reckons that
# few rows overlap the days, and reads all that do.
MOUNTED = text(
    """
    SELECT m.service_point_id, r.id AS register_id, r.name, r.quantity, r.direction, r.unit, r.kind, r.digits,
           r.step_s, coalesce(nullif(t.serial, ''), t.name) AS meter, lower(m.during) AS mounted,
           upper(m.during) AS dismounted, m.multiplier, (m.opening->>r.name)::bigint AS opening,
           (m.closing->>r.name)::bigint AS closing
      FROM (SELECT DISTINCT unnest(cast(:points AS bigint[])) AS id) w
     CROSS JOIN LATERAL (SELECT * FROM meter_mount
                          WHERE service_point_id = w.id AND during && tstzrange(:start, :end) OFFSET 0) m
      JOIN meter t ON t.id = m.meter_id
      JOIN register r ON r.meter_id = t.id
     WHERE r.billed AND r.kind <> 'instant'
     ORDER BY m.service_point_id, lower(m.during), r.id
    """
)
ASSIGNED = text(
    """
    SELECT g.contract_id, g.role, g.tariff_id, t.code,
           greatest(lower(g.during), cast(:start AS date)) AS start,
           least(coalesce(upper(g.during), cast(:end AS date)), cast(:end AS date)) AS end,
           array(SELECT v.id FROM tariff_version v
                  WHERE v.tariff_id = g.tariff_id AND v.during && g.during AND v.during && daterange(:start, :end)
                  ORDER BY lower(v.during)) AS versions
      FROM (SELECT DISTINCT unnest(cast(:ids AS bigint[])) AS id) w
     CROSS JOIN LATERAL (SELECT * FROM tariff_assignment
                          WHERE contract_id = w.id AND during && daterange(:start, :end) OFFSET 0) g
      JOIN tariff t ON t.id = g.tariff_id
     ORDER BY g.contract_id, g.role, lower(g.during)
    """
)
RUNNING = text(
    """
    SELECT c.id
      FROM contract c
      JOIN account a ON a.id = c.account_id
      JOIN client cl ON cl.id = a.client_id
     WHERE cl.legal_entity_id = :entity AND c.during && daterange(:start, :end)
     ORDER BY c.id
    """
)


def contracts(session: Session, ids: Sequence[int]) -> list[BillableContract]:
    """The contracts of some ids, in the order of the ids."""
    return [BillableContract(*row) for row in session.execute(CONTRACTS, {"ids": list(ids)})]


def running(session: Session, entity_id: int, span: Span) -> list[int]:
    """Contracts of an entity that run on at least one day of the span."""
    rows = session.execute(RUNNING, {"entity": entity_id, "start": span.start, "end": span.end})
    return [row.id for row in rows]


def mounted_registers(
    session: Session, points: Sequence[int], start: datetime, end: datetime
) -> dict[int, list[MountedRegister]]:
    """Billed registers mounted at the service points between two instants, by point."""
    registers: dict[int, list[MountedRegister]] = {}
    for point, *columns in session.execute(MOUNTED, {"points": list(points), "start": start, "end": end}):
        registers.setdefault(point, []).append(MountedRegister(*columns))
    return registers


def assigned_tariffs(session: Session, ids: Sequence[int], span: Span) -> dict[int, list[AssignedTariff]]:
    """The tariffs of each contract on the days of a span."""
    rows = session.execute(ASSIGNED, {"ids": list(ids), "start": span.start, "end": span.end})
    tariffs: dict[int, list[AssignedTariff]] = {}
    for contract_id, role, tariff_id, code, start, end, versions in rows:
        tariff = AssignedTariff(role, Span(start, end), tariff_id, code, tuple(versions))
        tariffs.setdefault(contract_id, []).append(tariff)
    return tariffs
