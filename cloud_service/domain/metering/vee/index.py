"""Index registers: differences of the counter on the grid, for many registers in one sweep of numpy.

The counter of a mount is a function of time through its believed readings: exact at them, linear between them. Each
step is that function's difference, so steps add up to last less first index whatever lies between. Where only a part of
a step is covered by readings, the part that is known is counted and the step is marked estimated; where nothing is
known it is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cloud_service.domain.metering.vee.days import StepSeries, WindowDays, cut_into_days
from cloud_service.domain.metering.vee.mount_indexes import at_mount
from cloud_service.domain.metering.vee.mount_sum import MountSum, Segment
from cloud_service.domain.metering.vee.plausible import believed_readings
from cloud_service.domain.metering.vee.series import (
    Bytes,
    DayWindow,
    Ints,
    RegisterReadings,
    RegisterRules,
    RejectedReading,
)
from common.reading import Quality

SHIFT = 43  # bits of an instant in a combined key of segment and instant
AT_ONCE = 32  # mounts in one sweep: their arrays fit the processor's cache
ACTUAL_WITHIN_PERCENT = 150  # of a step: readings that close together leave nothing to estimate between them


@dataclass(frozen=True, slots=True)
class IndexJob:
    """What is to be made of one register.

    The readings reach from the last believed one before the window to the first believed one after it.
    """

    rules: RegisterRules
    window: DayWindow
    given: RegisterReadings  # indexes in thousandths, ascending in time


def make_days(jobs: Sequence[IndexJob]) -> list[WindowDays]:
    """The days of all jobs, in their order; each job's window becomes one `WindowDays`.

    Values are thousandths of the register's unit, one a step; a job's steps add up to the difference of its counter at
    the window's ends, as far as readings reach.
    """
    segments: list[Segment] = []
    believed: list[RegisterReadings] = []
    rejected: list[list[RejectedReading]] = []
    undisputed = _undisputed(jobs)
    for number, job in enumerate(jobs):
        if undisputed[number]:
            believed.append(job.given)
            rejected.append([])
            segments.append(_window_segment(number, job))
        else:
            parts, refused = _mount_segments(number, job)
            segments += parts
            believed.append(_believed(job.given, refused))
            rejected.append(refused)
    steps = _on_grid(jobs, segments)
    return [
        cut_into_days(
            job.rules,
            job.window,
            steps[number],
            believed[number],
            rejected[number],
        )
        for number, job in enumerate(jobs)
    ]


def _undisputed(jobs: Sequence[IndexJob]) -> list[bool]:
    """Jobs of one mount whose readings all follow each other: what nearly all are, judged in one sweep."""
    sizes = np.array([len(job.given) for job in jobs])
    if not sizes.sum():
        return [False] * len(jobs)
    at_ms = np.concatenate([job.given.at_ms for job in jobs])
    value = np.concatenate([job.given.value for job in jobs])
    quality = np.concatenate([job.given.quality for job in jobs])
    owner = np.repeat(np.arange(len(jobs)), sizes)
    rate = np.array([job.rules.rate_max or 2**52 for job in jobs], dtype=np.float64) / 3_600_000
    counted = np.diff(value)
    same = owner[1:] == owner[:-1]
    odd = same & ((counted < 0) | (counted > np.diff(at_ms) * rate[owner[1:]] + 2000))
    bad = np.zeros(len(jobs), dtype=np.bool_)
    bad[owner[1:][odd]] = True
    bad[owner[quality >= Quality.ESTIMATED]] = True
    return [bool(size) and not spoilt and _one_mount(job) for job, size, spoilt in zip(jobs, sizes, bad, strict=True)]


def _one_mount(job: IndexJob) -> bool:
    """Whether one mount covers all readings and the window, and its opening and closing index have no say in it."""
    if len(job.rules.spans) != 1:
        return False
    (mount,) = job.rules.spans
    first, last = int(job.given.at_ms[0]), int(job.given.at_ms[-1])
    begun = mount.start_ms < first <= job.window.start_ms
    ends = job.window.end_ms <= last < mount.end_ms
    return (begun or (mount.opening is None and mount.start_ms <= min(first, job.window.start_ms))) and (
        ends or (mount.closing is None and mount.end_ms >= max(last, job.window.end_ms))
    )


def _window_segment(number: int, job: IndexJob) -> Segment:
    given = job.given
    return Segment(
        number, job.window.start_ms, job.window.start_ms, job.window.end_ms, given.at_ms, given.value, given.quality
    )


def _mount_segments(number: int, job: IndexJob) -> tuple[list[Segment], list[RejectedReading]]:
    """The segments of a job, mount by mount, and what is not believed."""
    segments, refused = [], []
    for mount in job.rules.spans:
        start = max(mount.start_ms, job.window.start_ms)
        end = min(mount.end_ms, job.window.end_ms)
        if start >= end:
            continue
        given = at_mount(job.given, mount)
        mask, odd = believed_readings(job.rules, given)
        refused += odd
        believed = given.where(mask)
        unwound = _unwound(job.rules, believed.value)
        segments.append(Segment(number, mount.start_ms, start, end, believed.at_ms, unwound, believed.quality))
    return segments, refused


def _unwound(rules: RegisterRules, value: Ints) -> Ints:
    """A believed counter without its rollovers: it only grows."""
    if not rules.turn or len(value) < 2:  # noqa: PLR2004 - nothing to compare
        return value
    falls = np.concatenate(([0], np.cumsum(np.diff(value) < 0)))
    unwound: Ints = value + falls * rules.turn
    return unwound


def _believed(given: RegisterReadings, refused: Sequence[RejectedReading]) -> RegisterReadings:
    if not refused:
        return given.where(given.quality <= Quality.ESTIMATED)
    out = np.isin(given.at_ms, np.array([reading.at_ms for reading in refused], dtype=np.int64))
    return given.where(~out & (given.quality <= Quality.ESTIMATED))


def _on_grid(jobs: Sequence[IndexJob], segments: Sequence[Segment]) -> list[StepSeries]:
    """Values and qualities of each job's steps, its mounts added up."""
    grids = [_grid(job.window, job.rules.step_s) for job in jobs]
    sums = [MountSum(grid) for grid in grids]
    askew: list[Segment] = []
    for segment in segments:
        place = _on_its_grid(segment, grids[segment.job])
        if place is not None:
            read = slice(place, place + len(grids[segment.job]))
            quality = segment.quality[read]
            sums[segment.job].add(segment, np.diff(segment.value[read]), np.maximum(quality[1:], quality[:-1]))
        elif len(segment.at_ms):
            askew.append(segment)
    for first in range(0, len(askew), AT_ONCE):
        batch = askew[first : first + AT_ONCE]
        for segment, value, quality in zip(batch, *_evaluate(jobs, grids, batch), strict=True):
            sums[segment.job].add(segment, value, quality)
    for segment in segments:
        if not len(segment.at_ms):
            needed = np.diff(np.clip(grids[segment.job], segment.start_ms, segment.end_ms)) > 0
            empty = np.where(needed, np.uint8(Quality.MISSING), np.uint8(Quality.ACTUAL))
            sums[segment.job].add(segment, np.zeros(len(needed), dtype=np.int64), empty)
    return [total.steps(job.rules.step_s) for total, job in zip(sums, jobs, strict=True)]


def _on_its_grid(segment: Segment, grid: Ints) -> int | None:
    """Where a reading stands at every instant of the grid and nowhere else, the place of the first one."""
    if segment.start_ms > grid[0] or segment.end_ms < grid[-1]:
        return None
    place = int(np.searchsorted(segment.at_ms, grid[0]))
    read = segment.at_ms[place : place + len(grid)]
    return place if len(read) == len(grid) and bool((read == grid).all()) else None


_GRIDS: dict[tuple[int, int, int], Ints] = {}


def _grid(window: DayWindow, step_s: int) -> Ints:
    """The instants at which steps begin and end. A clock change moves local midnight, never the grid."""
    key = window.start_ms, window.end_ms, step_s
    if key not in _GRIDS:
        if len(_GRIDS) > 1000:  # noqa: PLR2004 - a bound, so that it cannot grow for ever
            _GRIDS.clear()
        _GRIDS[key] = np.arange(window.start_ms, window.end_ms + 1, step_s * 1000, dtype=np.int64)
    return _GRIDS[key]


def _evaluate(
    jobs: Sequence[IndexJob], grids: Sequence[Ints], segments: Sequence[Segment]
) -> tuple[list[Ints], list[Bytes]]:
    """Each segment's counter at its grid's instants, then the differences, all segments in one sweep."""
    if not segments:
        return [], []
    count = len(segments)
    sizes = np.array([len(grids[segment.job]) for segment in segments])
    owner = np.repeat(np.arange(count), sizes)
    grid = np.concatenate([grids[segment.job] for segment in segments])
    at_ms = np.concatenate([segment.at_ms for segment in segments])
    value = np.concatenate([segment.value for segment in segments])
    quality = np.concatenate([segment.quality for segment in segments])
    lengths = np.array([len(segment.at_ms) for segment in segments])
    ends = np.cumsum(lengths)
    step_ms = np.array([jobs[segment.job].rules.step_s * 1000 for segment in segments])

    bounds = np.array([(segment.start_ms, segment.end_ms) for segment in segments], dtype=np.int64)
    needed = np.clip(grid, bounds[owner, 0], bounds[owner, 1])
    point = np.clip(needed, at_ms[ends - lengths][owner], at_ms[ends - 1][owner])

    keys = np.repeat(np.arange(count), lengths) * 2**SHIFT + at_ms
    before = np.searchsorted(keys, owner * 2**SHIFT + point, side="right") - 1
    after = np.minimum(before + 1, (ends - 1)[owner])
    exact = at_ms[before] == point
    apart = np.maximum(at_ms[after] - at_ms[before], 1)
    share = (point - at_ms[before]) / apart
    index = value[before] + np.rint((value[after] - value[before]) * share).astype(np.int64) * ~exact

    near = apart * 100 <= step_ms[owner] * ACTUAL_WITHIN_PERCENT
    between = np.where(near, np.maximum(quality[before], quality[after]), np.uint8(Quality.ESTIMATED))
    at_point = np.where(exact, quality[before], between).astype(np.uint8)
    return _steps(sizes, index, at_point, needed, point)


def _steps(sizes: Ints, index: Ints, quality: Bytes, needed: Ints, point: Ints) -> tuple[list[Ints], list[Bytes]]:
    """Differences from instant to instant, cut at the segments' ends."""
    counted = np.diff(index)
    worst = np.maximum(quality[1:], quality[:-1])
    due_ms, covered_ms = np.diff(needed), np.diff(point)
    worst = np.where(covered_ms < due_ms, np.maximum(worst, np.uint8(Quality.ESTIMATED)), worst)
    worst = np.where((covered_ms == 0) & (due_ms > 0), np.uint8(Quality.MISSING), worst)
    worst = np.where(due_ms == 0, np.uint8(Quality.ACTUAL), worst).astype(np.uint8)
    ends = np.cumsum(sizes)
    spans = list(zip((ends - sizes).tolist(), (ends - 1).tolist(), strict=True))
    return [counted[first:last] for first, last in spans], [worst[first:last] for first, last in spans]
