"""Files of readings that were taken in: the history, and what undoing one of them touches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope

# a file belongs to those who may know of every site where its meters hang
OUTSIDE = """
 EXISTS (SELECT 1 FROM register r JOIN meter_mount m ON m.meter_id = r.meter_id
           JOIN service_point p ON p.id = m.service_point_id JOIN site s ON s.id = p.site_id
          WHERE r.id = ANY(f.registers) AND NOT s.legal_entity_id = ANY(:entities))
"""
FILES = f"""
SELECT f.id, f.name, f.format, f.rows, f.author, f.reason, f.created_at, f.first_at, f.last_at,
       cardinality(f.registers) AS registers, f.undone_at, f.undone_by, f.undone_reason
  FROM import_file f
 WHERE f.format <> 'estimate' AND (:everything OR (cardinality(f.registers) > 0 AND NOT {OUTSIDE}))
"""  # noqa: S608 - put together from this module's own words
NEWEST = text(f"{FILES} ORDER BY f.id DESC LIMIT :limit")
ONE = text(f"SELECT * FROM ({FILES}) f WHERE f.id = :id")  # noqa: S608 - see above
NOTE = text("UPDATE import_file SET registers = :registers, first_at = :first, last_at = :last WHERE id = :id")
UNDO = text("""
UPDATE import_file SET undone_at = :at, undone_by = :author, undone_reason = :reason
 WHERE id = :id AND undone_at IS NULL
""")
# between the neighbours of a file's readings lie the days that rest on them
BILLED_SINCE = text("""
WITH f AS (SELECT id, created_at, registers, first_at, last_at FROM import_file WHERE id = :id)
SELECT DISTINCT i.public_id, i.number, i.bill_date
  FROM f
 CROSS JOIN unnest(f.registers) AS w(register_id)
  JOIN register r ON r.id = w.register_id AND r.billed
  JOIN meter_mount m ON m.meter_id = r.meter_id
  JOIN service_point p ON p.id = m.service_point_id
  JOIN site s ON s.id = p.site_id
  JOIN contract c ON c.service_point_id = p.id
  JOIN invoice_span n ON n.contract_id = c.id AND NOT n.credited
  JOIN invoice i ON i.id = n.invoice_id AND i.created_at > f.created_at
 CROSS JOIN LATERAL (SELECT
   coalesce((SELECT max(at) FROM reading WHERE register_id = r.id AND at < f.first_at), f.first_at) AS start,
   coalesce((SELECT min(at) FROM reading WHERE register_id = r.id AND at > f.last_at), f.last_at) AS until) k
 WHERE m.during && tstzrange(k.start, k.until, '[]')
   AND n.during && daterange((k.start AT TIME ZONE s.timezone)::date,
                             (k.until AT TIME ZONE s.timezone - interval '1 microsecond')::date, '[]')
 ORDER BY i.bill_date, i.number
""")
DAYS = text("""
SELECT DISTINCT d.register_id, d.day
  FROM import_file f
  JOIN reading r ON r.register_id = ANY(f.registers) AND r.source = -f.id AND r.at >= f.first_at AND r.at <= f.last_at
  JOIN register g ON g.id = r.register_id
  LEFT JOIN LATERAL (SELECT s.timezone FROM meter_mount m JOIN service_point p ON p.id = m.service_point_id
                       JOIN site s ON s.id = p.site_id WHERE m.meter_id = g.meter_id
                      ORDER BY m.during DESC LIMIT 1) z ON true
 CROSS JOIN LATERAL (VALUES
   (r.register_id, (r.at AT TIME ZONE coalesce(z.timezone, 'UTC'))::date),
   (r.register_id, (r.at AT TIME ZONE coalesce(z.timezone, 'UTC') - interval '1 microsecond')::date)
 ) AS d(register_id, day)
 WHERE f.id = :id
""")
THEIRS = text("""
SELECT DISTINCT t.name FROM register r JOIN meter t ON t.id = r.meter_id
 WHERE r.id = ANY(:registers) AND NOT EXISTS (
   SELECT 1 FROM meter_mount m JOIN service_point p ON p.id = m.service_point_id JOIN site s ON s.id = p.site_id
    WHERE m.meter_id = t.id AND s.legal_entity_id = ANY(:entities))
""")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file of readings as the history shows it."""

    id: int
    name: str
    format: str
    rows: int
    author: str
    reason: str
    created_at: datetime
    first_at: datetime | None
    last_at: datetime | None
    registers: int
    undone_at: datetime | None
    undone_by: str
    undone_reason: str


@dataclass(frozen=True, slots=True)
class BillSince:
    """A bill that was issued after a file was taken in and rests on what it said."""

    public_id: UUID
    number: str
    bill_date: date


def newest_files(session: Session, scope: Scope, limit: int = 100) -> list[ImportedFile]:
    """The files whose meters the reader may know of, newest first."""
    rows = session.execute(NEWEST, _reach(scope) | {"limit": limit}).mappings()
    return [ImportedFile(**row) for row in rows]


def imported_file(session: Session, scope: Scope, file_id: int) -> ImportedFile | None:
    """One of them; None where there is none, or it is not the reader's."""
    row = session.execute(ONE, _reach(scope) | {"id": file_id}).mappings().one_or_none()
    return None if row is None else ImportedFile(**row)


def _reach(scope: Scope) -> dict[str, object]:
    everything = scope.entities is None and scope.clients is None
    return {"everything": everything, "entities": sorted(scope.entities or ())}


def note_registers(session: Session, file_id: int, registers: Iterable[int], first: datetime, last: datetime) -> None:
    """Remember what a file spoke of, so that it is found again."""
    session.execute(NOTE, {"id": file_id, "registers": sorted(registers), "first": first, "last": last})


def meters_outside(session: Session, registers: Sequence[int], scope: Scope) -> list[str]:
    """The meters among these registers that hang at no site of the scope."""
    if scope.entities is None:
        return []
    rows = session.execute(THEIRS, {"registers": list(registers), "entities": sorted(scope.entities)})
    return sorted(row.name for row in rows)


def billed_since(session: Session, file_id: int) -> list[BillSince]:
    """The bills that were issued since and rest on its readings."""
    return [BillSince(**row) for row in session.execute(BILLED_SINCE, {"id": file_id}).mappings()]


def days_of_file(session: Session, file_id: int) -> list[tuple[int, date]]:
    """(register, local day) that its readings touch; one exactly at midnight ends a day and begins the next."""
    return [(row.register_id, row.day) for row in session.execute(DAYS, {"id": file_id})]


def mark_undone(session: Session, file_id: int, author: str, reason: str, at: datetime) -> bool:
    """What it said does not count from now on; False where that was so already."""
    values = {"id": file_id, "author": author, "reason": reason, "at": at}
    return bool(session.execute(UNDO, values).rowcount)  # type: ignore[attr-defined]  # an update counts its rows
