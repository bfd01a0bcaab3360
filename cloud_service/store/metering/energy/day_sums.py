"""Sums of validated days: of each register's window, and of each day of a chart, by one look at the days."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.energy.split_days import PackedDay
from cloud_service.domain.metering.energy.windows import RegisterWindow
from cloud_service.domain.rating.register_readings import SharedStep

LONGEST_DAY = timedelta(hours=25)
# A quality is one byte of 0 to 4, so a pair of hexadecimal digits is found where it stands and nowhere between two.
# Most days are measured throughout, all of their bytes are 0: those are not looked at closely.
SUMS = text("""
WITH w AS MATERIALIZED (
     SELECT * FROM unnest(cast(:registers AS bigint[]), cast(:firsts AS date[]), cast(:afters AS date[]),
                          cast(:factors AS numeric[]), cast(:charted AS boolean[]))
              WITH ORDINALITY AS w(register_id, first, after, factor, charted, place)),
     d AS MATERIALIZED (
     SELECT register_id, day, total, (octet_length(qualities) - missing) * step_s::bigint AS known_s, step_s,
            CASE WHEN ltrim(qualities, '\\x00'::bytea) <> '' THEN encode(qualities, 'hex') END AS codes,
            CASE WHEN ltrim(qualities, '\\x00'::bytea) <> '' THEN made_from END AS origin
       FROM interval_day WHERE register_id = ANY(:registers) AND day >= :first AND day < :after)
SELECT w.place, CASE WHEN w.charted THEN d.day END AS day, sum(d.total * w.factor) AS energy, sum(d.known_s) AS known_s,
       coalesce(sum((length(d.codes) - length(replace(d.codes, '02', ''))) / 2 * d.step_s::bigint), 0) AS estimated_s,
       coalesce(sum((length(d.codes) - length(replace(d.codes, '01', ''))) / 2 * d.step_s::bigint), 0) AS substituted_s,
       coalesce(sum((length(d.codes) - length(replace(d.codes, '02', ''))) / 2 * d.step_s::bigint) FILTER (WHERE
            (d.origin->'exit'->>0)::bigint - (d.origin->'entry'->>0)::bigint <= :day_ms
            AND (d.origin->'exit'->>2)::int = 0 AND (d.origin->'entry'->>2)::int = 0
            AND (d.origin->'exit'->>0)::bigint > (d.origin->'entry'->>0)::bigint), 0) AS within_s
  FROM w JOIN d ON d.register_id = w.register_id AND d.day >= w.first AND d.day < w.after
 GROUP BY GROUPING SETS ((w.place), (CASE WHEN w.charted THEN d.day END))
""")
SPLIT = text("""
SELECT d.register_id, d.day, d.step_s, d."values", d.qualities, d.made_from->'shared' AS shared
  FROM unnest(cast(:registers AS bigint[]), cast(:days AS date[])) AS n(register_id, day)
  JOIN interval_day d ON d.register_id = n.register_id AND d.day = n.day
""")


@dataclass(frozen=True, slots=True)
class SummedDays:
    """The sum of some days: `energy` in thousandths times the multipliers, and for how many seconds it is known."""

    energy: Decimal
    known_s: int
    estimated_s: int
    substituted_s: int
    within_s: int  # of what was estimated, how much lies in days with an index at both ends


@dataclass(frozen=True, slots=True)
class SpanSums:
    """The sums of whole days: by the place of their window, and by day of the windows that are charted."""

    windows: Mapping[int, SummedDays]
    days: Mapping[date, SummedDays]


def span_sums(session: Session, windows: Sequence[RegisterWindow], charted: Sequence[bool]) -> SpanSums:
    """The sums of the windows' whole days, by their place in the sequence from 0."""
    if not windows:
        return SpanSums({}, {})
    values = {
        "registers": [window.register.register_id for window in windows],
        "firsts": [window.start for window in windows],
        "afters": [window.end for window in windows],
        "factors": [window.register.multiplier for window in windows],
        "charted": list(charted),
        "day_ms": LONGEST_DAY // timedelta(milliseconds=1),
        "first": min(window.start for window in windows),
        "after": max(window.end for window in windows),
    }
    by_place: dict[int, SummedDays] = {}
    by_day: dict[date, SummedDays] = {}
    for row in session.execute(SUMS, values):
        summed = SummedDays(
            row.energy, int(row.known_s), int(row.estimated_s), int(row.substituted_s), int(row.within_s)
        )
        if row.place is not None:
            by_place[row.place - 1] = summed
        elif row.day is not None:
            by_day[row.day] = summed
    return SpanSums(by_place, by_day)


def split_days(session: Session, windows: Sequence[RegisterWindow]) -> dict[tuple[int, date], PackedDay]:
    """(Register, day) -> the steps of the days that windows share with other places."""
    return _packed(session, {(window.register.register_id, day) for window in windows for day in window.split})


def packed_days(session: Session, windows: Sequence[RegisterWindow]) -> dict[tuple[int, date], PackedDay]:
    """(Register, day) -> the steps of all days of the windows."""
    return _packed(session, {(window.register.register_id, day) for window in windows for day in window.days})


def _packed(session: Session, days: Collection[tuple[int, date]]) -> dict[tuple[int, date], PackedDay]:
    pairs = sorted(days)
    if not pairs:
        return {}
    rows = session.execute(SPLIT, {"registers": [pair[0] for pair in pairs], "days": [pair[1] for pair in pairs]})
    return {
        (row.register_id, row.day): PackedDay(
            row.day,
            row.step_s,
            bytes(row.values),
            bytes(row.qualities),
            tuple(msgspec.convert(row.shared or [], list[SharedStep])),
        )
        for row in rows
    }
