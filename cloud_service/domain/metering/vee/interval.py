"""Interval registers: consumption that was measured for a span of time, laid onto the grid of local days.

What a reading counted is spread evenly over its span, so a span that is longer than the grid's step, or lies askew, is
split without losing a thousandth. Steps that no reading covers are filled if the hole is short, and marked estimated;
longer holes stay missing. The step within which the meter was taken down, which it could not finish, is such a hole.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise

import msgspec
import numpy as np

from cloud_service.domain.metering.vee.days import StepSeries, WindowDays, cut_into_days
from cloud_service.domain.metering.vee.series import (
    BelievedReading,
    Bytes,
    DayWindow,
    Ints,
    RegisterDay,
    RegisterReadings,
    RegisterRules,
)
from cloud_service.domain.rating.spread_spans import SHORT_HOLE_S
from common.period import LONGEST_STEP_S, STEPS_S
from common.reading import Quality

OFF_PERCENT = 1  # of an interval by which the time of its end may be off
FILL_MAX_S = SHORT_HOLE_S  # a longer hole is not filled


def make_interval_days(
    rules: RegisterRules, window: DayWindow, given: RegisterReadings, *, fill_max_s: int = FILL_MAX_S
) -> WindowDays:
    """The days of a window, values in thousandths a step.

    Readings stand at the ends of their spans, whose length is their `step_s` (the register's where it is 0); where two
    overlap, a measured one goes before an estimate, and the shorter span before the longer. Holes within a day of up to
    `fill_max_s` seconds are filled by a line.
    """
    usable = _without_overlap(rules, _on_time(rules, given.where(given.quality <= Quality.ESTIMATED), window))
    days: list[RegisterDay] = []
    for step_s, run in _by_step(rules, usable, window):
        values, qualities = _on_grid(rules, usable, run, step_s)
        _fill(values, qualities, step_s, fill_max_s, _day_offsets(run, step_s))
        _fill_cut_steps(rules, run, StepSeries(step_s, values, qualities))
        days += cut_into_days(rules, run, StepSeries(step_s, values, qualities), usable).days
    return WindowDays(rules, window, _between_long(rules, window, usable, days))


def _between_long(
    rules: RegisterRules, window: DayWindow, given: RegisterReadings, days: list[RegisterDay]
) -> list[RegisterDay]:
    """The days that an interval of days or months reaches into say where it begins and ends: it is known as a sum."""
    if not (given.step_s > LONGEST_STEP_S).any():
        return days
    start, end = _spans(rules, given)
    between = []
    for day, first_ms, last_ms in zip(days, window.starts_ms, window.starts_ms[1:], strict=False):
        within = np.flatnonzero((start < last_ms) & (end > first_ms) & (given.step_s > LONGEST_STEP_S)).tolist()
        if not within:
            between.append(day)
            continue
        opens, closes = within[0], within[-1]
        entry = BelievedReading(int(start[opens]), 0, int(given.quality[opens]))
        exit_ = BelievedReading(int(end[closes]), 0, int(given.quality[closes]))
        between.append(msgspec.structs.replace(day, entry=entry, exit=exit_))
    return between


def _by_step(rules: RegisterRules, given: RegisterReadings, window: DayWindow) -> Iterator[tuple[int, DayWindow]]:
    """The window's days in runs of one step each: nearly always all of them at once."""
    single = [DayWindow((day,), window.starts_ms[n : n + 2]) for n, day in enumerate(window.days)]
    lengths = np.unique(np.where(given.step_s > 0, given.step_s, rules.step_s)).tolist() or [rules.step_s]
    if len(lengths) == 1 and lengths[0] in STEPS_S and not _askew(window, lengths[0]):
        yield lengths[0], window
        return
    for step_s, run in groupby(single, key=lambda day: _step(rules, given, day)):
        days = list(run)
        yield (
            step_s,
            DayWindow(tuple(day.days[0] for day in days), (*(day.starts_ms[0] for day in days), days[-1].starts_ms[1])),
        )


def _on_time(rules: RegisterRules, given: RegisterReadings, window: DayWindow) -> RegisterReadings:
    """Readings whose clock was a little off are of the interval that ends there: else they would overlap the next."""
    length = np.where(given.step_s > 0, given.step_s, rules.step_s) * 1000
    late_ms = (given.at_ms - window.start_ms + length // 2) % length - length // 2
    is_near = (np.abs(late_ms) * 100 <= length * OFF_PERCENT) & (length <= LONGEST_STEP_S * 1000)
    return replace(given, at_ms=np.where(is_near, given.at_ms - late_ms, given.at_ms))


def _spans(rules: RegisterRules, given: RegisterReadings) -> tuple[Ints, Ints]:
    """Start and end of each reading's span; one of days or months begins and ends no sooner or later than its mount."""
    length = np.where(given.step_s > 0, given.step_s, rules.step_s) * 1000
    start, end = given.at_ms - length, given.at_ms
    for place in np.flatnonzero(given.step_s > LONGEST_STEP_S).tolist():
        hung = [m for m in rules.mounts if m.start_ms < end[place] and start[place] < m.end_ms]
        if len(hung) == 1:
            start[place] = max(int(start[place]), hung[0].start_ms)
            end = _with(end, place, min(int(end[place]), hung[0].end_ms))
    return start, end


def _with(values: Ints, place: int, value: int) -> Ints:
    """A copy with another value at a place."""
    changed = values.copy()
    changed[place] = value
    return changed


def _without_overlap(rules: RegisterRules, given: RegisterReadings) -> RegisterReadings:
    """Readings whose spans do not overlap; an estimate gives way, then the longer span: it says less."""
    if len(given) < 2:  # noqa: PLR2004 - one cannot overlap
        return given
    start, end = _spans(rules, given)
    if (start[1:] >= end[:-1]).all():
        return given
    chosen = np.zeros(len(given), dtype=np.bool_)
    taken: list[tuple[int, int]] = []
    for place in np.lexsort((start, end - start, given.quality >= Quality.ESTIMATED)).tolist():
        first, last = int(start[place]), int(end[place])
        if not any(first < other_end and other_start < last for other_start, other_end in taken):
            taken.append((first, last))
            chosen[place] = True
    return given.where(chosen)


def _step(rules: RegisterRules, given: RegisterReadings, window: DayWindow) -> int:
    """The grid: the finest step in the window; the register's own where there is none."""
    start, end = _spans(rules, given)
    inside = (end > window.start_ms) & (start < window.end_ms)
    lengths = np.unique((end - start)[inside]) // 1000
    fitting = [int(length) for length in lengths if length in STEPS_S and not _askew(window, int(length))]
    return min(fitting, default=window.fitting_step_s(rules.step_s))


def _askew(window: DayWindow, step_s: int) -> bool:
    return any((later - earlier) % (step_s * 1000) for earlier, later in pairwise(window.starts_ms))


def _day_offsets(window: DayWindow, step_s: int) -> list[int]:
    return [(start - window.start_ms) // (step_s * 1000) for start in window.starts_ms]


def _on_grid(rules: RegisterRules, given: RegisterReadings, window: DayWindow, step_s: int) -> tuple[Ints, Bytes]:
    """Energy and coverage as functions of time, differenced on the grid."""
    grid = np.arange(window.start_ms, window.end_ms + 1, step_s * 1000, dtype=np.int64)
    size = len(grid) - 1
    if not len(given):
        return np.zeros(size, dtype=np.int64), np.full(size, Quality.MISSING, dtype=np.uint8)
    start, end = _spans(rules, given)
    place = int(np.searchsorted(end, grid[1]))
    exact = slice(place, place + size)
    if np.array_equal(end[exact], grid[1:]) and np.array_equal(start[exact], grid[:-1]):
        return given.value[exact].copy(), given.quality[exact].copy()  # a span for every step: what nearly all days are
    counted = np.concatenate(([0], np.cumsum(given.value)))
    covered = np.concatenate(([0], np.cumsum(end - start)))
    ended = np.searchsorted(end, grid, side="right")
    inside = np.minimum(ended, len(end) - 1)
    elapsed_ms = np.clip(grid - start[inside], 0, (end - start)[inside]) * (ended < len(end))
    share = elapsed_ms / (end - start)[inside]
    energy = np.diff(counted[ended] + np.rint(given.value[inside] * share).astype(np.int64))
    covered_ms = np.diff(covered[ended] + elapsed_ms)
    return energy, _qualities(given, (start, end), grid, covered_ms)


def _qualities(given: RegisterReadings, spans: tuple[Ints, Ints], grid: Ints, covered_ms: Ints) -> Bytes:
    """The worst quality of the spans a step touches; split or half covered steps are estimates."""
    start, end = spans
    step_ms = int(grid[1] - grid[0])
    first = np.searchsorted(end, grid[:-1], side="right")
    last = np.searchsorted(start, grid[1:], side="left") - 1
    inside = np.minimum(first, len(end) - 1)
    worst = given.quality[inside].copy()
    several = np.flatnonzero(last > first)
    for place in several.tolist():
        worst[place] = given.quality[first[place] : last[place] + 1].max()
    split = (end - start)[inside] > step_ms
    worst = np.where(split | (covered_ms < step_ms), np.maximum(worst, np.uint8(Quality.ESTIMATED)), worst)
    return np.where(covered_ms == 0, np.uint8(Quality.MISSING), worst).astype(np.uint8)


def _fill(values: Ints, qualities: Bytes, step_s: int, fill_max_s: int, offsets: list[int]) -> None:
    """Fill short holes within a day by a line between their neighbours."""
    if not (qualities == Quality.MISSING).any():
        return
    for first, last in pairwise(offsets):
        hole = np.flatnonzero(qualities[first:last] == Quality.MISSING) + first
        for run in np.split(hole, np.flatnonzero(np.diff(hole) > 1) + 1):
            if not len(run) or len(run) * step_s > fill_max_s or run[0] == first or run[-1] == last - 1:
                continue
            low, high = values[run[0] - 1], values[run[-1] + 1]
            values[run] = np.rint(np.linspace(low, high, len(run) + 2)[1:-1]).astype(np.int64)
            qualities[run] = Quality.ESTIMATED


def _fill_cut_steps(rules: RegisterRules, window: DayWindow, steps: StepSeries) -> None:
    """The step that the meter did not finish, as it was taken down: as much a second as in the step before."""
    step_ms = steps.step_s * 1000
    for mount in rules.mounts:
        if not window.start_ms < mount.end_ms < window.end_ms:
            continue
        place, hung_ms = divmod(mount.end_ms - window.start_ms, step_ms)
        is_open = bool(hung_ms) and place > 0 and steps.qualities[place] == Quality.MISSING
        if is_open and steps.qualities[place - 1] != Quality.MISSING:
            steps.values[place] = (int(steps.values[place - 1]) * hung_ms + step_ms // 2) // step_ms
            steps.qualities[place] = Quality.ESTIMATED
