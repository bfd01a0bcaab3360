"""What registers counted, for rating: packed days as one block of bytes per register, or indexes where no days are."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.register_readings import DayEnds, PackedDays, SharedStep
from cloud_service.store.database.bulk_rows import driver
from common.period import Span
from common.reading import Quality

# A row a register, looked up by itself in the order of its days: read together, PostgreSQL sorts all days of all.
DAYS = """
    SELECT w.id, d.*
      FROM (SELECT DISTINCT unnest(%(registers)s::bigint[]) AS id) w
     CROSS JOIN LATERAL (
           SELECT array_agg(day) AS days, array_agg(step_s), string_agg("values", ''), array_agg(missing),
                  array_agg(day) FILTER (WHERE tells), array_agg(qualities) FILTER (WHERE tells),
                  array_agg(made_from->'entry') FILTER (WHERE tells), array_agg(made_from->'exit') FILTER (WHERE tells),
                  array_agg(day) FILTER (WHERE made_from ? 'shared'),
                  array_agg(made_from->'shared') FILTER (WHERE made_from ? 'shared')
             FROM (SELECT *, day = %(start)s OR day = %(last)s OR position(%(estimated)s IN qualities) > 0 AS tells
                     FROM interval_day
                    WHERE register_id = w.id AND day >= %(start)s AND day < %(end)s
                    ORDER BY day) made) d
     WHERE d.days IS NOT NULL
"""
BODIES = """
    SELECT w.id, d.body
      FROM (SELECT DISTINCT unnest(%(registers)s::bigint[]) AS id) w
     CROSS JOIN LATERAL (
           SELECT string_agg("values", '') AS body
             FROM (SELECT "values" FROM interval_day
                    WHERE register_id = w.id AND day >= %(start)s AND day < %(end)s
                    ORDER BY day) made) d
     WHERE d.body IS NOT NULL
"""
NOW = text("SELECT clock_timestamp()")
INDEXES = text(
    """
    SELECT register_id, at, value
      FROM reading_best
     WHERE register_id = ANY(:ids) AND at >= :start AND at <= :end AND quality <= 2
     ORDER BY register_id, at
    """
)
NEAR = text(
    """
    SELECT w.register_id, b.at, b.value
      FROM unnest(cast(:ids AS bigint[]), cast(:instants AS timestamptz[])) AS w (register_id, at)
     CROSS JOIN LATERAL (
           (SELECT r.at FROM reading r
             WHERE r.register_id = w.register_id AND r.at <= w.at AND r.at > w.at - interval '400 days'
               AND r.quality <= 2
             ORDER BY r.at DESC LIMIT 1)
            UNION ALL
           (SELECT r.at FROM reading r
             WHERE r.register_id = w.register_id AND r.at > w.at AND r.at < w.at + interval '400 days'
               AND r.quality <= 2
             ORDER BY r.at LIMIT 1)) near
      JOIN reading_best b ON b.register_id = w.register_id AND b.at = near.at AND b.quality <= 2
     ORDER BY w.register_id, b.at
    """
)
ESTIMATED = bytes([Quality.ESTIMATED])


def snapshot_time(session: Session) -> datetime:
    """The database's time before anything is read: what is made later was not seen."""
    now: datetime = session.execute(NOW).scalar_one()
    return now


@dataclass(frozen=True, slots=True)
class ReadDays:
    """Validated days of registers, and how they were made."""

    packed: dict[int, PackedDays] = field(default_factory=dict)  # by register
    # by register: a span's first and last day, and those with an estimated step
    ends: dict[int, list[DayEnds]] = field(default_factory=dict)
    # by register and day: what each mount has of the steps that two of them share
    shared: dict[tuple[int, date], list[SharedStep]] = field(default_factory=dict)


def read_days(session: Session, registers: Sequence[int], span: Span) -> ReadDays:
    """What is stored of the days of many registers, in one read."""
    read = ReadDays()
    values = {"registers": list(registers), "start": span.start, "end": span.end, "estimated": ESTIMATED}
    with driver(session).cursor(binary=True) as cursor:
        cursor.execute(DAYS, values | {"last": span.end - timedelta(days=1)}, prepare=False)
        for register, days, steps_s, body, missing, on, qualities, entries, exits, shared_on, shared in cursor:
            read.packed[register] = _packed(days, steps_s, body, missing)
            if on:
                read.ends[register] = [
                    DayEnds(of_steps, tuple(entry) if entry else None, tuple(exit_) if exit_ else None, day)
                    for day, of_steps, entry, exit_ in zip(on, qualities, entries, exits, strict=True)
                ]
            for day, steps in zip(shared_on or (), shared or (), strict=True):
                read.shared[register, day] = msgspec.convert(steps, list[SharedStep])
    return read


def packed_days(session: Session, registers: Sequence[int], span: Span) -> dict[int, PackedDays]:
    """Validated days of many registers in one read."""
    return read_days(session, registers, span).packed


def _packed(days: Sequence[date], steps_s: Sequence[int], body: bytes, missing: Sequence[int]) -> PackedDays:
    differing = tuple(steps_s) if len(set(steps_s)) > 1 else ()
    return PackedDays(tuple(days), steps_s[0], body, tuple(missing), differing)


def hashes(session: Session, registers: Sequence[int], span: Span) -> dict[int, str]:
    """Register -> the SHA-256 of its days as they are packed."""
    values = {"registers": list(registers), "start": span.start, "end": span.end}
    with driver(session).cursor(binary=True) as cursor:
        cursor.execute(BODIES, values, prepare=False)
        return {register: hashlib.sha256(body).hexdigest() for register, body in cursor}


def indexes_near(session: Session, instants: Mapping[int, datetime]) -> dict[int, list[tuple[datetime, int]]]:
    """Register -> the trusted indexes next to an instant, at most one before or at it and one after."""
    by_register: dict[int, list[tuple[datetime, int]]] = {}
    if instants:
        for row in session.execute(NEAR, {"ids": list(instants), "instants": list(instants.values())}):
            by_register.setdefault(row.register_id, []).append((row.at, row.value))
    return by_register


def indexes(
    session: Session, registers: Sequence[int], start: datetime, end: datetime
) -> dict[int, list[tuple[datetime, int]]]:
    """Trusted indexes of registers between two instants, in order; one an instant, the best and newest."""
    by_register: dict[int, list[tuple[datetime, int]]] = {}
    for row in session.execute(INDEXES, {"ids": list(registers), "start": start, "end": end}):
        by_register.setdefault(row.register_id, []).append((row.at, row.value))
    return by_register
