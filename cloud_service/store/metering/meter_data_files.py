"""Meter data files in the database: taken in once by their hash, their registers found or made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering.readings import StoredRegister
from cloud_service.store.scope import Scope

ADD_FILE = text("""
INSERT INTO import_file (sha256, name, format, rows, author, reason)
 VALUES (:sha256, :name, :format, 0, :author, :reason)
 ON CONFLICT (sha256) WHERE undone_at IS NULL DO NOTHING RETURNING id
""")
COUNT_ROWS = text("UPDATE import_file SET rows = :rows WHERE id = :id")
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('import_file'))")
REGISTERS = text("""
SELECT n.meter, n.name, r.id, r.unit, r.kind, r.step_s, r.digits, coalesce((SELECT s.timezone FROM meter_mount m
   JOIN service_point p ON p.id = m.service_point_id JOIN site s ON s.id = p.site_id
  WHERE m.meter_id = t.id ORDER BY m.during DESC LIMIT 1), 'UTC') AS zone
  FROM unnest(cast(:meters AS text[]), cast(:names AS text[]), cast(:firsts AS timestamptz[]))
    AS n(meter, name, at)
  JOIN meter t ON t.id = coalesce((SELECT id FROM meter WHERE name = n.meter), (
      SELECT m.meter_id FROM service_point p JOIN meter_mount m ON m.service_point_id = p.id
       WHERE p.grid_id = n.meter ORDER BY m.during @> n.at DESC, m.during DESC LIMIT 1))
  JOIN register r ON r.meter_id = t.id AND r.name = n.name
""")
SITE = text("""
SELECT id FROM site
 WHERE public_id::text = :site AND (cast(:entities AS bigint[]) IS NULL OR legal_entity_id = ANY(:entities))
""")
ADD_METER = text("""
WITH new AS (INSERT INTO meter (name, serial) SELECT :meter, CASE WHEN EXISTS (SELECT 1 FROM meter
              WHERE maker = '' AND serial = :serial) THEN cast(:meter AS text) ELSE :serial END
              ON CONFLICT (name) DO NOTHING RETURNING id),
 point AS (INSERT INTO service_point (site_id, name, grid_id) SELECT :site, :meter, :meter FROM new RETURNING id)
 INSERT INTO meter_mount (meter_id, service_point_id, during)
 SELECT new.id, point.id, tstzrange(:since, NULL) FROM new, point
""")
ADD_REGISTER = text("""
INSERT INTO register (meter_id, name, quantity, direction, unit, kind, step_s, billed)
 SELECT id, :name, :quantity, :direction, :unit, :kind, :step_s, :billed FROM meter WHERE name = :meter
 ON CONFLICT DO NOTHING
""")
NEVER_READ = text("""
SELECT r.id FROM register r
 WHERE r.id = ANY(:ids) AND r.kind IN ('index', 'interval')
   AND NOT EXISTS (SELECT FROM reading WHERE register_id = r.id)
""")
TAKE_KIND = text("UPDATE register SET kind = :kind, step_s = :step_s WHERE id = :id")


@dataclass(frozen=True, slots=True)
class NewFileRegister:
    """A register that a file speaks of and nobody has declared yet."""

    meter: str
    serial: str
    name: str
    quantity: str
    direction: str
    unit: str
    kind: str
    step_s: int
    billed: bool
    since: datetime


def begin_import(
    session: Session, *, sha256: bytes, name: str, format_name: str, author: str, reason: str
) -> int | None:
    """The id of a file that is taken in now, one file at a time; None if the same bytes were taken in before."""
    lock_imports(session)
    values = {"sha256": sha256, "name": name, "format": format_name, "author": author, "reason": reason}
    file_id: int | None = session.execute(ADD_FILE, values).scalar()
    return file_id


def lock_imports(session: Session) -> None:
    """Nobody else takes a file in, or back, until this transaction ends."""
    session.execute(ONE_AT_A_TIME)


def count_rows(session: Session, file_id: int, rows: int) -> None:
    """Note how many readings a file brought."""
    session.execute(COUNT_ROWS, {"id": file_id, "rows": rows})


def registers(session: Session, keys: Iterable[tuple[str, str, datetime]]) -> dict[tuple[str, str], StoredRegister]:
    """Registers by (meter, register) as a file names them; `keys` are (meter, register, first instant).

    A file names one of our meters, or by the grid's name (NMI, MPAN ...) of the service point where it hung.
    """
    meters, names, firsts = zip(*keys, strict=True)
    rows = session.execute(REGISTERS, {"meters": list(meters), "names": list(names), "firsts": list(firsts)}).mappings()
    return {(row["meter"], row["name"]): StoredRegister(**row) for row in rows}


def never_read(session: Session, ids: Iterable[int]) -> set[int]:
    """Of some counters those of which nobody has a reading yet."""
    return set(session.execute(NEVER_READ, {"ids": list(ids)}).scalars())


def take_kind(session: Session, register_id: int, kind: str, step_s: int) -> bool:
    """Let a counter that was never read count indexes, or intervals of a step; whether it does now."""
    if not never_read(session, [register_id]):
        return False
    session.execute(TAKE_KIND, {"id": register_id, "kind": kind, "step_s": step_s})
    return True


def site_by_address(session: Session, public_id: str, scope: Scope) -> int | None:
    """The site of that public id."""
    entities = None if scope.entities is None else list(scope.entities)
    row_id: int | None = session.execute(SITE, {"site": public_id, "entities": entities}).scalar()
    return row_id


def add_register(session: Session, site: int, new: NewFileRegister) -> None:
    """Make a register, and where it is not there its meter at a service point of its own."""
    session.execute(
        ADD_METER, {"meter": new.meter, "serial": new.serial or new.meter, "site": site, "since": new.since}
    )
    session.execute(
        ADD_REGISTER,
        {
            "meter": new.meter,
            "name": new.name,
            "quantity": new.quantity,
            "direction": new.direction,
            "unit": new.unit,
            "kind": new.kind,
            "step_s": new.step_s,
            "billed": new.billed,
        },
    )
