"""Gaps of a register: stretches of time whose energy is not known, or known only as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cloud_service.domain.metering.vee.index import ACTUAL_WITHIN_PERCENT
from cloud_service.domain.metering.vee.mount_indexes import at_mount
from cloud_service.domain.metering.vee.plausible import believed_readings
from cloud_service.domain.metering.vee.series import Bytes, MountSpan, RegisterReadings, RegisterRules
from common.reading import Kind, Quality

SECOND_MS = 1000
TOLD_WITHIN_MS = 3_600_000  # readings an hour apart say enough of when it was used


@dataclass(frozen=True, slots=True)
class ReadingGap:
    """From one instant to another; of an index register also what it showed at its ends, where that is known."""

    start_ms: int
    end_ms: int
    before: int | None = None  # index at the start, thousandths
    after: int | None = None  # index at the end
    known_energy: int | None = None  # between the two, over a rollover too

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms

    @property
    def is_anchored(self) -> bool:
        """Whether an index stands at one of its ends."""
        return self.before is not None or self.after is not None


def index_gaps(
    rules: RegisterRules,
    given: RegisterReadings,
    start_ms: int,
    end_ms: int,
    told_within_ms: int = TOLD_WITHIN_MS,
) -> list[ReadingGap]:
    """The gaps of an index register that touch the time between two instants, ascending.

    `given` reaches from the last reading before the time to the first one after it. Between two readings a gap reaches
    from one to the other; before the first and after the last it is cut to the time and to the mount.
    """
    gaps: list[ReadingGap] = []
    for mount in rules.spans:
        first, last = max(mount.start_ms, start_ms), min(mount.end_ms, end_ms)
        if first < last:
            near_ms = max(rules.step_s * SECOND_MS, told_within_ms) * ACTUAL_WITHIN_PERCENT // 100
            gaps += _gaps_of_mount(rules, at_mount(given, mount), mount, (first, last), near_ms)
    return gaps


def _gaps_of_mount(
    rules: RegisterRules, given: RegisterReadings, mount: MountSpan, time_ms: tuple[int, int], near_ms: int
) -> Iterator[ReadingGap]:
    first, last = time_ms
    mask, _rejected = believed_readings(rules, given)
    believed = given.where(mask)
    points = list(zip(believed.at_ms.tolist(), believed.value.tolist(), strict=True))
    if not points:
        yield ReadingGap(first, last)
        return
    if first < points[0][0]:
        yield ReadingGap(max(first, mount.start_ms), min(points[0][0], mount.end_ms), after=points[0][1])
    for (at_ms, index), (next_ms, next_index) in pairwise(points):
        if next_ms - at_ms > near_ms and at_ms < last and next_ms > first:
            counted = next_index - index
            yield ReadingGap(at_ms, next_ms, index, next_index, counted + rules.turn if counted < 0 else counted)
    if last > points[-1][0]:
        yield ReadingGap(points[-1][0], last, before=points[-1][1])


def interval_gaps(rules: RegisterRules, grid_ms: Sequence[int], qualities: Bytes) -> list[ReadingGap]:
    """The gaps of an interval register: runs of steps without a value while its meter was mounted.

    `grid_ms` are the instants at which steps begin, and the end of the last one; `qualities` has one code a step.
    """
    starts = np.array(grid_ms, dtype=np.int64)
    mounted = np.zeros(len(qualities), dtype=np.bool_)
    for mount in rules.spans:
        mounted |= (starts[:-1] >= mount.start_ms) & (starts[1:] <= mount.end_ms)
    holes = np.flatnonzero((qualities > Quality.ESTIMATED) & mounted)
    runs = np.split(holes, np.flatnonzero(np.diff(holes) > 1) + 1) if len(holes) else []
    return [ReadingGap(int(starts[run[0]]), int(starts[run[-1] + 1])) for run in runs]


def can_be_estimated(rules: RegisterRules) -> bool:
    """Whether a register counts energy; a maximum is not estimated, and a momentary value is never billed."""
    return rules.kind in (Kind.INDEX, Kind.INTERVAL)
