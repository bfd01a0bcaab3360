"""What registers counted, for rating: packed days as one block of bytes per register, or indexes where no days are."""

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

DAYS = """
    SELECT register_id, day, step_s, "values", missing
      FROM interval_day
     WHERE register_id = ANY(%s) AND day >= %s AND day < %s
     ORDER BY register_id, day
"""
SHARED = text(
    """
    SELECT register_id, day, made_from->'shared' AS shared
      FROM interval_day
     WHERE register_id = ANY(:ids) AND day >= :start AND day < :end AND made_from ? 'shared'
    """
)
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
ENDS = """
    SELECT register_id, day, qualities, made_from->'entry', made_from->'exit'
      FROM interval_day
     WHERE register_id = ANY(%s) AND day >= %s AND day < %s
       AND (day = %s OR day = %s OR position(%s IN qualities) > 0)
     ORDER BY register_id, day
"""
ESTIMATED = bytes([Quality.ESTIMATED])


def snapshot_time(session: Session) -> datetime:
    """The database's time before anything is read: what is made later was not seen."""
    now: datetime = session.execute(NOW).scalar_one()
    return now


@dataclass(slots=True)
class _DaysOfRegister:
    """The days of one register while they are read."""

    days: list[date] = field(default_factory=list)
    steps_s: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


def packed_days(session: Session, registers: Sequence[int], span: Span) -> dict[int, PackedDays]:
    """Validated days of many registers in one read."""
    by_register: dict[int, _DaysOfRegister] = {}
    with driver(session).cursor(binary=True) as cursor:
        cursor.execute(DAYS, (list(registers), span.start, span.end), prepare=False)
        for register, day, step_s, body, missing in cursor:
            read = by_register.get(register)
            if read is None:
                read = by_register[register] = _DaysOfRegister()
            read.days.append(day)
            read.steps_s.append(step_s)
            read.bodies.append(body)
            read.missing.append(missing)
    return {register: _packed(read) for register, read in by_register.items()}


def _packed(read: _DaysOfRegister) -> PackedDays:
    step_s = read.steps_s[0]
    differing = tuple(read.steps_s) if read.steps_s.count(step_s) < len(read.steps_s) else ()
    return PackedDays(tuple(read.days), step_s, b"".join(read.bodies), tuple(read.missing), differing)


def shared_steps(session: Session, registers: Sequence[int], span: Span) -> dict[tuple[int, date], list[SharedStep]]:
    """(register, day) -> what each mount has of the steps that two of them share."""
    if not registers:
        return {}
    rows = session.execute(SHARED, {"ids": list(registers), "start": span.start, "end": span.end})
    return {(row.register_id, row.day): msgspec.convert(row.shared, list[SharedStep]) for row in rows}


def day_ends(session: Session, registers: Sequence[int], span: Span) -> dict[int, list[DayEnds]]:
    """Register -> the first and last day of a span, and those with an estimated step, as they were made."""
    ends: dict[int, list[DayEnds]] = {}
    last = span.end - timedelta(days=1)
    with driver(session).cursor(binary=True) as cursor:
        cursor.execute(ENDS, (list(registers), span.start, span.end, span.start, last, ESTIMATED), prepare=False)
        for register, day_on, qualities, entry, exit_ in cursor:
            day = DayEnds(qualities, tuple(entry) if entry else None, tuple(exit_) if exit_ else None, day_on)
            ends.setdefault(register, []).append(day)
    return ends


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
