"""What validation reads and writes: changed days, registers with their rules, readings in one block, finished days.

Readings come as packed bytes and are numpy arrays at once; days go back by COPY and one upsert.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import (
    FOREVER_MS,
    BelievedReading,
    Ints,
    MountSpan,
    RegisterDay,
    RegisterRules,
    RejectedReading,
)
from cloud_service.store.database.bulk_rows import driver
from cloud_service.store.metering.readings import POSTGRES_EPOCH_MS
from common.reading import Quality, TimeQuality

CHOOSE = text(
    "SELECT register_id FROM dirty_day WHERE since <= :settled GROUP BY register_id ORDER BY min(id) LIMIT :registers"
)
# the lock keeps a register to one worker; who holds another lock on it is not waited for
LOCK = text("SELECT id FROM register WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED")
TAKE = text("DELETE FROM dirty_day WHERE register_id = ANY(:ids) RETURNING register_id, day")
RULES = text("""
SELECT r.id, r.kind, r.step_s, r.digits, r.unit, t.max_power_kw, coalesce((
    SELECT s.timezone FROM meter_mount m JOIN service_point p ON p.id = m.service_point_id
      JOIN site s ON s.id = p.site_id WHERE m.meter_id = t.id ORDER BY m.during DESC LIMIT 1),
    (SELECT s.timezone FROM stream g JOIN gateway w ON w.id = g.gateway_id JOIN site s ON s.id = w.site_id
      WHERE g.id = (SELECT source FROM reading WHERE register_id = r.id AND source > 0 LIMIT 1)), 'UTC') AS zone,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(lower(m.during), upper(m.during), m.opening->r.name,
                                               m.closing->r.name) ORDER BY lower(m.during)), '[]')
     FROM meter_mount m WHERE m.meter_id = t.id) AS mounts
  FROM register r JOIN meter t ON t.id = r.meter_id WHERE r.id = ANY(:ids)
""")
BEFORE = text("""
SELECT DISTINCT ON (n.register_id) n.register_id, d.day, d.made_from FROM
 unnest(cast(:ids AS bigint[]), cast(:days AS date[])) AS n(register_id, day)
 JOIN interval_day d ON d.register_id = n.register_id AND d.day < n.day ORDER BY n.register_id, d.day DESC
""")
# Each register's readings as three strings of bytes: row by row they would cost the client more than all the rest.
_PACKED = """
       string_agg(timestamptz_send(s.at), ''), string_agg(int8send(s.value), ''),
       string_agg(int8send((s.quality::bigint << 32) | (s.time_quality::bigint << 16) | s.step_s), '')
"""
BETWEEN = f"""
SELECT w.register_id, p.* FROM (VALUES {{}}) AS w(register_id, first, last), LATERAL (
SELECT {_PACKED} FROM (SELECT at, value, quality, time_quality, step_s FROM reading r
        WHERE r.register_id = w.register_id AND r.at >= w.first AND r.at <= w.last ORDER BY r.at) AS s) AS p(a, v, f)
 WHERE p.a IS NOT NULL
"""  # noqa: S608 - put together from this module's own words
BEST_BETWEEN = BETWEEN.replace("FROM reading r", "FROM reading_best r")
NEXT = f"""
SELECT w.register_id, p.* FROM (VALUES {{}}) AS w(register_id, last), LATERAL (
SELECT {_PACKED} FROM (SELECT at, value, quality, time_quality, step_s FROM reading r
        WHERE r.register_id = w.register_id AND r.at > w.last ORDER BY r.at LIMIT 8) AS s) AS p(a, v, f)
 WHERE p.a IS NOT NULL
"""  # noqa: S608 - see above
BEST_NEXT = NEXT.replace("FROM reading r", "FROM reading_best r")
STAGE = "CREATE TEMPORARY TABLE IF NOT EXISTS staged_day (LIKE interval_day INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
UPSERT = """
INSERT INTO interval_day (register_id, day, step_s, "values", qualities, total, missing, made_from, made_at)
SELECT register_id, day, step_s, "values", qualities, total, missing, made_from, now() FROM staged_day s
 WHERE s.missing < octet_length(s.qualities)  -- a day of which nothing is known is written only where it was known once
    OR s.made_from ? 'rejected'
    OR EXISTS (SELECT 1 FROM interval_day d WHERE d.register_id = s.register_id AND d.day = s.day)
    ON CONFLICT (register_id, day) DO UPDATE SET step_s = excluded.step_s, "values" = excluded."values",
       qualities = excluded.qualities, total = excluded.total, missing = excluded.missing,
       made_from = excluded.made_from, made_at = excluded.made_at
 WHERE (interval_day.step_s, interval_day."values", interval_day.qualities, interval_day.made_from)
       IS DISTINCT FROM (excluded.step_s, excluded."values", excluded.qualities, excluded.made_from)
"""
# later days that were made from a reading before them which is no longer the last believed one
DEPENDENT = text("""
INSERT INTO dirty_day (register_id, day) SELECT d.register_id, d.day FROM interval_day d
 JOIN unnest(cast(:ids AS bigint[]), cast(:days AS date[]), cast(:exits AS jsonb[])) AS n(register_id, day, exit)
   ON n.register_id = d.register_id AND d.day > n.day
 WHERE d.made_from->'entry' IS DISTINCT FROM n.exit AND d.day <= n.day + 400
   AND (d.made_from->'entry'->>0)::bigint IS NOT DISTINCT FROM
       (SELECT (f.made_from->'entry'->>0)::bigint FROM interval_day f
         WHERE f.register_id = n.register_id AND f.day > n.day ORDER BY f.day LIMIT 1)
""")


@dataclass(frozen=True, slots=True)
class ReadingBlock:
    """Readings of many registers, by register and instant."""

    register_id: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    value: NDArray[np.int64]
    quality: NDArray[np.uint8]
    step_s: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LastFinishedDay:
    """The newest finished day before a window: what its energy ends with."""

    day: date
    entry: BelievedReading | None
    exit: BelievedReading | None


def take_changed_days(session: Session, settled: datetime, registers: int) -> dict[int, list[date]]:
    """Take the changed days of some registers that no other worker holds; they are this transaction's to make."""
    ids = [row.register_id for row in session.execute(CHOOSE, {"settled": settled, "registers": registers})]
    if not ids:
        return {}
    locked = [row.id for row in session.execute(LOCK, {"ids": ids})]
    days_by_register: dict[int, set[date]] = {}
    for row in session.execute(TAKE, {"ids": ids if len(locked) == len(ids) else locked}):
        days_by_register.setdefault(row.register_id, set()).add(row.day)
    return {register: sorted(days) for register, days in sorted(days_by_register.items())}


def rules_of(session: Session, ids: Iterable[int]) -> dict[int, RegisterRules]:
    """Registers with what validation must know of them."""
    rules = {}
    for row in session.execute(RULES, {"ids": list(ids)}):
        rules[row.id] = RegisterRules(
            id=row.id,
            kind=row.kind,
            step_s=row.step_s,
            zone=row.zone,
            digits=row.digits,
            power_max_kw=int(row.max_power_kw) if row.max_power_kw else None,
            unit=row.unit,
            mounts=tuple(_mount(*mount) for mount in row.mounts),
        )
    return rules


def _mount(start: str | None, end: str | None, opening: int | None, closing: int | None) -> MountSpan:
    return MountSpan(
        _ms(datetime.fromisoformat(start)) if start else -FOREVER_MS,
        _ms(datetime.fromisoformat(end)) if end else FOREVER_MS,
        None if opening is None else int(opening),
        None if closing is None else int(closing),
    )


def _ms(at: datetime) -> int:
    past = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (past.days * 86_400 + past.seconds) * 1000 + past.microseconds // 1000


def last_finished_days(session: Session, days: Mapping[int, date]) -> dict[int, LastFinishedDay]:
    """For each register the newest finished day before the given one."""
    rows = session.execute(BEFORE, {"ids": list(days), "days": list(days.values())})
    return {
        row.register_id: LastFinishedDay(row.day, _point(row.made_from.get("entry")), _point(row.made_from.get("exit")))
        for row in rows
    }


def _point(parts: Sequence[int] | None) -> BelievedReading | None:
    return BelievedReading(*parts) if parts else None


def readings_between(session: Session, windows: Mapping[int, tuple[int, int]]) -> ReadingBlock:
    """The readings that count of each register from one instant to another, both included."""
    rows = {
        register: sql.SQL("({}::bigint, {}::timestamptz, {}::timestamptz)").format(register, _at(first), _at(last))
        for register, (first, last) in windows.items()
    }
    return _fetch(session, (BETWEEN, BEST_BETWEEN), rows)


def readings_after(session: Session, ends: Mapping[int, int]) -> ReadingBlock:
    """A few readings of each register right after an instant."""
    rows = {
        register: sql.SQL("({}::bigint, {}::timestamptz)").format(register, _at(end)) for register, end in ends.items()
    }
    return _fetch(session, (NEXT, BEST_NEXT), rows)


def _at(at_ms: int) -> str:
    bounded = min(max(at_ms, -62_135_596_800_000), 253_402_300_000_000)
    seconds, rest = divmod(bounded, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000, tzinfo=None).isoformat() + "Z"


def _fetch(session: Session, queries: tuple[str, str], rows: Mapping[int, sql.Composed]) -> ReadingBlock:
    """The readings as they lie there; where several tell of one instant, those that count."""
    columns = _packed(session, queries[0], list(rows.values())) if rows else {}
    several = [register for register, (at_ms, _, _) in columns.items() if not (np.diff(at_ms) > 0).all()]
    if several:
        columns |= _packed(session, queries[1], [rows[register] for register in several])
    ids = sorted(columns)
    if not ids:
        nothing = np.zeros(0, dtype=np.int64)
        return ReadingBlock(nothing, nothing, nothing, nothing.astype(np.uint8), nothing)
    flags = np.concatenate([columns[register][2] for register in ids])
    quality, time_quality = (flags >> 32).astype(np.uint8), (flags >> 16) & 0xFFFF
    estimated = np.maximum(quality, np.uint8(Quality.ESTIMATED))
    return ReadingBlock(
        np.repeat(np.array(ids, dtype=np.int64), [len(columns[register][0]) for register in ids]),
        np.concatenate([columns[register][0] for register in ids]),
        np.concatenate([columns[register][1] for register in ids]),
        np.where(time_quality == TimeQuality.UNKNOWN, estimated, quality),
        flags & 0xFFFF,
    )


def _packed(session: Session, query: str, rows: Sequence[sql.Composed]) -> dict[int, tuple[Ints, Ints, Ints]]:
    """Register -> instants, values, flags."""
    statement = sql.SQL(query).format(sql.SQL(", ").join(rows))
    with driver(session).cursor(binary=True) as cursor:
        cursor.execute(statement, prepare=False)
        return {row[0]: (_int64(row[1]) // 1000 + POSTGRES_EPOCH_MS, _int64(row[2]), _int64(row[3])) for row in cursor}


def _int64(packed: bytes) -> Ints:
    return np.frombuffer(packed, dtype=">i8").astype(np.int64)


def store_days(session: Session, days: Sequence[RegisterDay]) -> int:
    """Write finished days; those that are as they were are not touched. How many changed."""
    if not days:
        return 0
    with driver(session).cursor() as cursor:
        cursor.execute(STAGE)
        cursor.execute("TRUNCATE staged_day")
        columns = '(register_id, day, step_s, "values", qualities, total, missing, made_from)'
        with cursor.copy(f"COPY staged_day {columns} FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int8", "date", "int2", "bytea", "bytea", "int8", "int2", "jsonb"])
            for day in days:
                copy.write_row(
                    (
                        day.register_id,
                        day.day,
                        day.step_s,
                        day.values,
                        day.qualities,
                        day.total,
                        day.missing,
                        _made_from(day),
                    )
                )
        cursor.execute(UPSERT)
        return cursor.rowcount


def _made_from(day: RegisterDay) -> Jsonb:
    origin: dict[str, Any] = {"readings": day.count}
    if day.entry:
        origin["entry"] = [day.entry.at_ms, day.entry.value, day.entry.quality]
    if day.exit:
        origin["exit"] = [day.exit.at_ms, day.exit.value, day.exit.quality]
    if day.rejected:
        origin["rejected"] = day.rejected
    return Jsonb(origin)


def mark_dependent(session: Session, last_days: Sequence[RegisterDay]) -> None:
    """Mark the days after a window that were made from another last reading than the window now ends with."""
    ended = [day for day in last_days if day.exit]
    if ended:
        values = {
            "ids": [day.register_id for day in ended],
            "days": [day.day for day in ended],
            "exits": [f"[{day.exit.at_ms}, {day.exit.value}, {day.exit.quality}]" for day in ended if day.exit],
        }
        session.execute(DEPENDENT, values)


def quarantine_rejected(
    session: Session, rejected: Mapping[int, Sequence[RejectedReading]], windows: Mapping[int, tuple[int, int]]
) -> None:
    """Put values that are not believed into quarantine, and take out those that are believed after all."""
    rows = [(register, reading) for register, many in rejected.items() for reading in many]
    with driver(session).cursor() as cursor:
        if rows:
            cursor.executemany(
                """
INSERT INTO quarantine (gateway, reason, body, register_id, at, value) VALUES ('', %s, '', %s, %s, %s)
 ON CONFLICT (register_id, at, value) WHERE register_id IS NOT NULL
 DO UPDATE SET reason = excluded.reason, resolved = ''
 WHERE quarantine.reason <> excluded.reason OR quarantine.resolved = 'believed'
""",
                [(reading.reason, register, _at(reading.at_ms), reading.value) for register, reading in rows],
            )
        cursor.execute(
            """
SELECT id, register_id, (extract(epoch FROM at) * 1000)::bigint, value FROM quarantine
 WHERE register_id = ANY(%s) AND resolved = ''
""",
            (list(windows),),
        )
        still = {(register, reading.at_ms, reading.value) for register, reading in rows}
        gone = [
            row[0]
            for row in cursor
            if windows[row[1]][0] < row[2] <= windows[row[1]][1] and (row[1], row[2], row[3]) not in still
        ]
        if gone:
            cursor.execute("UPDATE quarantine SET resolved = 'believed' WHERE id = ANY(%s)", (gone,))


def put_back(session: Session, days: Mapping[int, Sequence[date]], since: datetime) -> None:
    """Mark days for a later try."""
    rows = [(register, day, since) for register, many in days.items() for day in many]
    with driver(session).cursor() as cursor:
        cursor.executemany("INSERT INTO dirty_day (register_id, day, since) VALUES (%s, %s, %s)", rows)
