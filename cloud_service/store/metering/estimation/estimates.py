"""Estimates that were kept: found by meter and by run, confirmed, and the bills that rest on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.estimation.proposal import EstimateFigures, EstimateProposal, EstimateRule
from cloud_service.domain.pricing.record_json import from_json, to_json
from cloud_service.store.database.bulk_rows import driver
from cloud_service.store.scope import Scope

FORMAT = "estimate"
ADD = """
INSERT INTO gap_estimate (import_file_id, register_id, start_at, end_at, rule, figures, total, proposed, note_id)
VALUES (%s, %s, to_timestamp(%s / 1000.0), to_timestamp(%s / 1000.0), %s, %s, %s, %s, %s)
"""
CONFIRM = text("""
UPDATE gap_estimate e SET confirmed_by = :author, confirmed_at = :at
  FROM import_file f
 WHERE e.import_file_id = ANY(:ids) AND f.id = e.import_file_id AND f.undone_at IS NULL AND e.confirmed_at IS NULL
RETURNING e.import_file_id
""")
OVERLAPPING = text("""
SELECT e.import_file_id FROM gap_estimate e JOIN import_file f ON f.id = e.import_file_id AND f.undone_at IS NULL
 WHERE e.register_id = :register AND e.start_at < :end AND e.end_at > :start LIMIT 1
""")
TAKEN_BACK = text("""
SELECT (extract(epoch FROM at) * 1000)::bigint AS at_ms FROM reading_best
 WHERE register_id = :register AND at >= :first AND at <= :last AND source = 0 AND quality = 4
""")
UNDER_NOTE = text("""
SELECT (extract(epoch FROM r.at) * 1000)::bigint AS at_ms, r.step_s
  FROM gap_estimate e
  JOIN reading_best r ON r.register_id = e.register_id AND r.at >= e.start_at AND r.at <= e.end_at
   AND r.source = 0 AND r.sequence = e.note_id
 WHERE e.import_file_id = :id
""")
COLUMNS = """
SELECT e.import_file_id AS id, e.register_id, m.name AS meter, m.public_id AS meter_public_id, r.name AS register,
       r.unit, e.start_at AS start, e.end_at AS end, e.rule, e.figures, e.total, e.proposed, f.author, f.reason,
       f.created_at, e.confirmed_by, e.confirmed_at, f.undone_at, f.undone_by, f.undone_reason,
       coalesce(s.timezone, 'UTC') AS timezone
  FROM gap_estimate e
  JOIN import_file f ON f.id = e.import_file_id
  JOIN register r ON r.id = e.register_id
  JOIN meter m ON m.id = r.meter_id
  LEFT JOIN LATERAL (SELECT n.service_point_id FROM meter_mount n WHERE n.meter_id = m.id
                        AND n.during && tstzrange(e.start_at, e.end_at) ORDER BY n.during DESC LIMIT 1) n ON true
  LEFT JOIN service_point p ON p.id = n.service_point_id
  LEFT JOIN site s ON s.id = p.site_id
"""
LIST = text(f"""
{COLUMNS}
 WHERE (cast(:meter AS bigint) IS NULL OR m.id = :meter) AND (:everything OR s.legal_entity_id = ANY(:entities))
 ORDER BY e.import_file_id DESC LIMIT :limit
""")
ONE = text(f"{COLUMNS} WHERE e.import_file_id = :id AND (:everything OR s.legal_entity_id = ANY(:entities))")
OF_RUN = text(f"""
WITH places AS (
  SELECT DISTINCT c.service_point_id, b.during FROM billing_item b JOIN contract c ON c.id = b.contract_id
   WHERE b.billing_run_id = :run AND b.state IN ('waiting', 'rated', 'issued'))
{COLUMNS}
 WHERE f.undone_at IS NULL AND r.billed AND EXISTS (
   SELECT 1 FROM places c WHERE c.service_point_id = p.id
      AND tstzrange(e.start_at, e.end_at) && tstzrange(lower(c.during)::timestamp AT TIME ZONE s.timezone,
                                                       upper(c.during)::timestamp AT TIME ZONE s.timezone))
 ORDER BY e.confirmed_at IS NULL DESC, m.name, r.name, e.start_at LIMIT :limit
""")  # noqa: S608 - see above
UNCONFIRMED = text("""
SELECT count(DISTINCT e.import_file_id)
  FROM gap_estimate e
  JOIN import_file f ON f.id = e.import_file_id AND f.undone_at IS NULL
  JOIN register r ON r.id = e.register_id AND r.billed
  JOIN meter_mount n ON n.meter_id = r.meter_id AND n.during && tstzrange(e.start_at, e.end_at)
  JOIN service_point p ON p.id = n.service_point_id
  JOIN site s ON s.id = p.site_id
  JOIN contract c ON c.service_point_id = p.id
  JOIN billing_item b ON b.contract_id = c.id AND b.billing_run_id = :run AND b.state IN ('waiting', 'rated')
   AND tstzrange(e.start_at, e.end_at) && tstzrange(lower(b.during)::timestamp AT TIME ZONE s.timezone,
                                                    upper(b.during)::timestamp AT TIME ZONE s.timezone)
 WHERE e.confirmed_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class StoredEstimate:
    """An estimate as it was kept; `total` and `proposed` in thousandths of the register's unit."""

    id: int
    register_id: int
    meter: str
    meter_public_id: UUID
    register: str
    unit: str
    start: datetime
    end: datetime
    rule: EstimateRule
    figures: EstimateFigures
    total: int
    proposed: int | None
    author: str
    reason: str
    created_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    undone_at: datetime | None
    undone_by: str
    undone_reason: str
    timezone: str

    @property
    def waits(self) -> bool:
        """Whether a person has still to confirm it."""
        return self.confirmed_at is None and self.undone_at is None


def add(
    session: Session, estimate_id: int, proposal: EstimateProposal, *, register_id: int, proposed: int | None,
    note: int | None,
) -> None:  # fmt: skip
    """Remember what the values of an import file are, and those under a note."""
    session.flush()
    with driver(session).cursor() as cursor:
        cursor.execute(
            ADD,
            (
                estimate_id, register_id, proposal.gap.start_ms, proposal.gap.end_ms, str(proposal.rule),
                Jsonb(to_json(proposal.figures)), proposal.total, proposed, note,
            ),
        )  # fmt: skip


def taken_back(session: Session, register_id: int, first: datetime, last: datetime) -> list[int]:
    """The instants, in milliseconds, at which a person said that nothing was read, between two, both included."""
    values = {"register": register_id, "first": first, "last": last}
    return [row.at_ms for row in session.execute(TAKEN_BACK, values)]


def under_note(session: Session, estimate_id: int) -> list[tuple[int, int]]:
    """The values of an estimate that count as an entry by hand: (instant in milliseconds, step in seconds)."""
    return [(row.at_ms, row.step_s) for row in session.execute(UNDER_NOTE, {"id": estimate_id})]


def confirm(session: Session, ids: Sequence[int], author: str, at: datetime) -> list[int]:
    """Those of them that waited for it are confirmed now."""
    values = {"ids": list(ids), "author": author, "at": at}
    return [row.import_file_id for row in session.execute(CONFIRM, values)]


def overlapping(session: Session, register_id: int, start: datetime, end: datetime) -> int | None:
    """An estimate of the register that speaks of some of that time and was not withdrawn."""
    values = {"register": register_id, "start": start, "end": end}
    estimate_id: int | None = session.execute(OVERLAPPING, values).scalar()
    return estimate_id


def estimates(session: Session, scope: Scope, meter_id: int | None = None, limit: int = 50) -> list[StoredEstimate]:
    """The newest estimates, of one meter or of all."""
    rows = session.execute(LIST, _reach(scope) | {"meter": meter_id, "limit": limit}).mappings()
    return [_estimate(row) for row in rows]


def estimate(session: Session, scope: Scope, estimate_id: int) -> StoredEstimate | None:
    """One of them; None where there is none, or it is not the reader's."""
    row = session.execute(ONE, _reach(scope) | {"id": estimate_id}).mappings().one_or_none()
    return None if row is None else _estimate(row)


def of_run(session: Session, run_id: int, limit: int = 500) -> list[StoredEstimate]:
    """The estimates that bills of a run rest on, those to be confirmed first."""
    return [_estimate(row) for row in session.execute(OF_RUN, {"run": run_id, "limit": limit}).mappings()]


def unconfirmed_of_run(session: Session, run_id: int) -> int:
    """How many estimates that bills of a run rest on wait for a person."""
    return int(session.execute(UNCONFIRMED, {"run": run_id}).scalar_one())


def _reach(scope: Scope) -> dict[str, Any]:
    everything = scope.entities is None and scope.clients is None
    return {"everything": everything, "entities": sorted(scope.entities or ())}


def _estimate(row: RowMapping) -> StoredEstimate:
    rule, figures = EstimateRule(row["rule"]), from_json(EstimateFigures, row["figures"])
    return StoredEstimate(**{**row, "rule": rule, "figures": figures})
