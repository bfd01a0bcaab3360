"""Readings of many registers in one block, the one that counts at each instant.

They come as packed bytes and are numpy arrays at once: row by row they would cost the client more than all the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import Ints
from cloud_service.store.database.bulk_rows import driver
from cloud_service.store.metering.readings import POSTGRES_EPOCH_MS, ReadingColumns
from common.reading import Quality, TimeQuality

# each register's readings as three strings of bytes
_PACKED = """
       string_agg(timestamptz_send(s.at), ''), string_agg(int8send(s.value), ''),
       string_agg(int8send((s.quality::bigint << 40) | (s.time_quality::bigint << 32) | s.step_s), '')
"""
BETWEEN = f"""
SELECT w.register_id, p.* FROM (VALUES {{}}) AS w(register_id, first, last), LATERAL (
SELECT {_PACKED} FROM (SELECT at, value, quality, time_quality, step_s FROM reading_kept r
        WHERE r.register_id = w.register_id AND r.at >= w.first AND r.at <= w.last ORDER BY r.at) AS s) AS p(a, v, f)
 WHERE p.a IS NOT NULL
"""  # noqa: S608 - put together from this module's own words
BEST_BETWEEN = BETWEEN.replace("FROM reading_kept r", "FROM reading_best r")
NEXT = f"""
SELECT w.register_id, p.* FROM (VALUES {{}}) AS w(register_id, last), LATERAL (
SELECT {_PACKED} FROM (SELECT at, value, quality, time_quality, step_s FROM reading_kept r
        WHERE r.register_id = w.register_id AND r.at > w.last ORDER BY r.at LIMIT 8) AS s) AS p(a, v, f)
 WHERE p.a IS NOT NULL
"""  # noqa: S608 - see above
BEST_NEXT = NEXT.replace("FROM reading_kept r", "FROM reading_best r")
LAST = f"""
SELECT w.register_id, p.* FROM (VALUES {{}}) AS w(register_id, last), LATERAL (
SELECT {_PACKED} FROM (SELECT at, value, quality, time_quality, step_s FROM reading_best r
        WHERE r.register_id = w.register_id AND r.quality <= {int(Quality.ESTIMATED)}
          AND r.at = (SELECT max(at) FROM reading_kept o WHERE o.register_id = w.register_id AND o.at <= w.last)) AS s
 ) AS p(a, v, f) WHERE p.a IS NOT NULL
"""  # noqa: S608 - see above


@dataclass(frozen=True, slots=True)
class ReadingBlock:
    """Readings of many registers as columns of equal length, ascending by register and instant."""

    register_id: NDArray[np.int64]
    at_ms: NDArray[np.int64]  # milliseconds in UTC
    value: NDArray[np.int64]  # thousandths of the register's unit
    quality: NDArray[np.uint8]  # an unsure clock makes it an estimate at best
    step_s: NDArray[np.int64]  # of an interval that ends at the instant; 0 of an index


def readings_between(session: Session, windows: Mapping[int, tuple[int, int]]) -> ReadingBlock:
    """The readings that count of each register from one instant to another, both included.

    `windows`: register id -> first and last instant in milliseconds.
    """
    rows = {
        register: sql.SQL("({}::bigint, {}::timestamptz, {}::timestamptz)").format(
            register, instant_text(first), instant_text(last)
        )
        for register, (first, last) in windows.items()
    }
    return _fetch(session, (BETWEEN, BEST_BETWEEN), rows)


def readings_after(session: Session, ends: Mapping[int, int]) -> ReadingBlock:
    """Up to eight readings of each register right after an instant; `ends`: register id -> milliseconds."""
    return _fetch(session, (NEXT, BEST_NEXT), _instants(ends))


def readings_until(session: Session, ends: Mapping[int, int]) -> ReadingBlock:
    """The last reading of each register at or before an instant; `ends`: register id -> milliseconds."""
    return _fetch(session, (LAST, LAST), _instants(ends))


def instant_text(at_ms: int) -> str:
    """The instant as PostgreSQL reads it; what lies outside the years 1 to 9999 is moved to their edge."""
    bounded = min(max(at_ms, -62_135_596_800_000), 253_402_300_000_000)
    seconds, rest = divmod(bounded, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000, tzinfo=None).isoformat() + "Z"


def _instants(ends: Mapping[int, int]) -> dict[int, sql.Composed]:
    return {
        register: sql.SQL("({}::bigint, {}::timestamptz)").format(register, instant_text(end))
        for register, end in ends.items()
    }


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
    quality, time_quality = (flags >> 40).astype(np.uint8), (flags >> 32) & 0xFF
    estimated = np.maximum(quality, np.uint8(Quality.ESTIMATED))
    return ReadingBlock(
        np.repeat(np.array(ids, dtype=np.int64), [len(columns[register][0]) for register in ids]),
        np.concatenate([columns[register][0] for register in ids]),
        np.concatenate([columns[register][1] for register in ids]),
        np.where(time_quality == TimeQuality.UNKNOWN, estimated, quality),
        flags & 0xFFFFFFFF,
    )


def _packed(session: Session, query: str, rows: Sequence[sql.Composed]) -> dict[int, tuple[Ints, Ints, Ints]]:
    """Register -> instants, values, flags."""
    statement = sql.SQL(query).format(sql.SQL(", ").join(rows))
    with driver(session).cursor(binary=True) as cursor:
        cursor.execute(statement, prepare=False)
        return {row[0]: (_int64(row[1]) // 1000 + POSTGRES_EPOCH_MS, _int64(row[2]), _int64(row[3])) for row in cursor}


def _int64(packed: bytes) -> Ints:
    return np.frombuffer(packed, dtype=">i8").astype(np.int64)


def compare(
    columns: ReadingColumns, there: ReadingBlock, tolerance: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Masks of new readings: stored with the same content, and stored with other content."""
    if not len(there.at_ms):
        nothing = np.zeros(len(columns), dtype=np.bool_)
        return nothing, nothing.copy()
    _, instant_number = np.unique(np.concatenate((there.register_id, columns.register_id)), return_inverse=True)
    keys = instant_number.astype(np.int64) * 2**43 + np.concatenate((there.at_ms, columns.at_ms))
    old, new = keys[: len(there.at_ms)], keys[len(there.at_ms) :]
    place = np.minimum(np.searchsorted(old, new), len(old) - 1)
    stored_there = old[place] == new
    equal = (
        (np.abs(there.value[place] - columns.value) <= tolerance)
        & (there.quality[place] == columns.quality)
        & (there.step_s[place] == columns.step_s)
    )
    return stored_there & equal, stored_there & ~equal


def only_estimated(columns: ReadingColumns, there: ReadingBlock) -> NDArray[np.bool_]:
    """Mask of new readings that were read where only an estimate is stored: that is news and no correction."""
    estimated = there.quality == Quality.ESTIMATED
    if not estimated.any():
        return np.zeros(len(columns), dtype=np.bool_)
    keys = set(zip(there.register_id[estimated].tolist(), there.at_ms[estimated].tolist(), strict=True))
    rows = zip(columns.register_id.tolist(), columns.at_ms.tolist(), columns.quality.tolist(), strict=True)
    news = [quality < Quality.ESTIMATED and (register, at) in keys for register, at, quality in rows]
    return np.array(news, dtype=np.bool_)
