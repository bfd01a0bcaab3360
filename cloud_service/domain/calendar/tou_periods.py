"""Which time-of-use period each step of a span lies in, and on which days a period is in season.

A step is in the period that the wall clock shows when it starts.
"""

import itertools
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.calendar.interval_grid import Grid, grid
from cloud_service.domain.calendar.tou_schedule import (
    Schedule,
    day_kind,
    hours_of,
    kinds_of_day,
    numbers_of,
    patterns,
    schedule_key,
    schedule_of,
)
from common.errors import InputError
from common.period import Span


@lru_cache(maxsize=512)
def _period_map(key: bytes, start: date, end: date, zone_name: str, step_s: int) -> NDArray[np.int16]:
    schedule, steps = schedule_of(key), grid(start, end, zone_name, step_s)
    index = np.empty(steps.steps, dtype=np.int16)
    for number, day in enumerate(steps.span):
        pattern = patterns(schedule, day.month, day.day, day_kind(schedule.holidays, day))
        first, last = int(steps.day_first[number]), int(steps.day_first[number + 1])
        index[first:last] = pattern[steps.minute[first:last]]
    return index


def period_map(schedule: Schedule, steps: Grid, path: str = "") -> NDArray[np.int16]:
    """The period number of each step, (steps,). A boundary inside a step is refused, its energy is of two."""
    check_steps(schedule, steps.step_s, path)
    return _period_map(schedule_key(schedule), steps.span.start, steps.span.end, steps.zone_name, steps.step_s)


def check_steps(schedule: Schedule, step_s: int, path: str) -> None:
    """Refuse steps longer than the schedule's boundaries allow."""
    for number, period in enumerate(schedule.periods):
        for place, text in enumerate(period.hours):
            if any(edge * 60 % step_s for edge in hours_of(text, "")):
                raise InputError(
                    f"the period {period.name} has the border {text}, which lies inside a step of {step_s // 60} min",
                    path=f"{path}.periods[{number}].hours[{place}]",
                    hint="use readings of a shorter step",
                )


@lru_cache(maxsize=4096)
def _active_days(key: bytes, start: date, end: date) -> tuple[tuple[date, ...], ...]:
    schedule = schedule_of(key)
    days_of_periods: list[list[date]] = [[] for _ in schedule.periods]
    for day in Span(start, end):
        for index in _periods_on(key, day.month, 1 if schedule.weekday else day.day):
            days_of_periods[index].append(day)
    return tuple(tuple(days) for days in days_of_periods)


@lru_cache(maxsize=8192)
def _periods_on(key: bytes, month: int, mday: int) -> tuple[int, ...]:
    """The periods that some kind of day has on a day of the year."""
    numbers: set[int] = set()
    for kind in kinds_of_day(schedule_of(key)):
        row = patterns(schedule_of(key), month, mday, kind)
        numbers.update(numbers_of(row))
    return tuple(sorted(numbers - {-1}))


def active_days(schedule: Schedule, span: Span) -> Mapping[str, tuple[date, ...]]:
    """Per period the days of its season: those on which some kind of day has it. Allowances grow with them."""
    return dict(zip(schedule.names, _active_days(schedule_key(schedule), span.start, span.end), strict=True))


def season_runs(schedule: Schedule, span: Span) -> list[Span]:
    """The span cut where its periods change with a season: blocks that periods share begin anew there."""
    present = [frozenset[str]() for _ in range(span.days)]
    for name, days in active_days(schedule, span).items():
        for day in days:
            present[(day - span.start).days] |= {name}
    edges = [number for number in range(1, span.days) if present[number] != present[number - 1]]
    firsts = [span.start + timedelta(days=number) for number in (0, *edges, span.days)]
    return [Span(first, last) for first, last in itertools.pairwise(firsts)]
