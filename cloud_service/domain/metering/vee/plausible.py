"""Which readings of an index register are believed. A reading is never repaired: it counts as it is, or not at all.

- A reading that cannot follow the last believed one, while the next one can, is a spike.
- If the next ones follow the odd one instead, the counter was reset or jumped: everything from there on waits for a
  person to record an exchange (a mount's closing and opening index), unless the counter comes back by itself.
- A fall that is a rollover of the register's digits counts on.
- An estimated reading is believed as long as no actual reading contradicts it or another between the same two.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.metering.vee.series import (
    TURN_SHARE,
    BelievedReading,
    RegisterReadings,
    RegisterRules,
    RejectedReading,
)
from common.reading import Quality

SLACK = 2000  # two units: displays jump in whole units, clocks are a little off
MS_PER_HOUR = 3_600_000


def believed_readings(rules: RegisterRules, given: RegisterReadings) -> tuple[NDArray[np.bool_], list[RejectedReading]]:
    """Mask of the believed readings of one mount (a bool a reading), and the others with their reasons.

    Readings are indexes in thousandths, ascending in time; suspect and missing ones are never believed and not told.
    """
    usable = given.quality <= Quality.ESTIMATED
    if usable.all() and not (given.quality == Quality.ESTIMATED).any() and _all_follow(rules, given):
        return usable, []
    return _believed_one_by_one(rules, given)


def _all_follow(rules: RegisterRules, given: RegisterReadings) -> bool:
    """Whether every reading can follow the one before it without a rollover."""
    counted = np.diff(given.value)
    if (counted < 0).any():
        return False
    rate = rules.rate_max
    return not rate or bool((counted <= _most(rate, np.diff(given.at_ms))).all())


def _most(rate: int, elapsed_ms: Any) -> Any:
    """The most that can be counted in a time, or an array of times; a float, for a limit need not be exact."""
    return elapsed_ms * (rate / MS_PER_HOUR) + SLACK


class _PlausibilityCheck:
    """Whether one reading can follow another."""

    def __init__(self, rules: RegisterRules) -> None:
        self.rate, self.turn = rules.rate_max, rules.turn

    def counted(self, before: int, value: int) -> int:
        """What was counted from one index to another, over a rollover where the digits allow one."""
        return value - before if value >= before or not self.turn else value - before + self.turn

    def follows(self, before: tuple[int, int], after: tuple[int, int]) -> bool:
        """(at_ms, value) pairs."""
        counted = self.counted(before[1], after[1])
        if counted < 0:
            return False
        if self.rate and counted > _most(self.rate, after[0] - before[0]):
            return False
        return after[1] >= before[1] or counted <= self.turn // (2 if self.rate else TURN_SHARE)


def can_follow(rules: RegisterRules, before: BelievedReading, after: BelievedReading) -> bool:
    """Whether a register can have counted from one index to the other."""
    return _PlausibilityCheck(rules).follows((before.at_ms, before.value), (after.at_ms, after.value))


def _believed_one_by_one(
    rules: RegisterRules, given: RegisterReadings
) -> tuple[NDArray[np.bool_], list[RejectedReading]]:
    believed = np.zeros(len(given), dtype=np.bool_)
    points = list(zip(given.at_ms.tolist(), given.value.tolist(), strict=True))
    actual = np.flatnonzero(given.quality < Quality.ESTIMATED).tolist()
    rejected = _scan(_PlausibilityCheck(rules), points, actual, believed)
    rejected += _estimates(_PlausibilityCheck(rules), given, points, believed)
    return believed, sorted(rejected, key=lambda reading: reading.at_ms)


def _scan(
    check: _PlausibilityCheck, points: list[tuple[int, int]], places: list[int], believed: NDArray[np.bool_]
) -> list[RejectedReading]:
    """Walk over the actual readings; `other` is the chain that an odd reading began, if any."""
    rejected: list[RejectedReading] = []
    last: tuple[int, int] | None = None
    other: tuple[int, int] | None = None
    reason = ""
    for order, place in enumerate(places):
        point = points[place]
        following = points[places[order + 1]] if order + 1 < len(places) else None
        if last is None or (check.follows(last, point) and not (other and check.follows(other, point))):
            if last is not None and other is None and _is_spike(check, last, point, following):
                rejected.append(RejectedReading(*point, "spike"))
                continue
            believed[place] = True
            last, other = point, None
            continue
        if other is None or not check.follows(other, point):
            goes_on = following is not None and check.follows(point, following) and not check.follows(last, following)
            reason = ("reset" if point[1] < last[1] else "jump") if goes_on else "spike"
            other = point if goes_on else None
        rejected.append(RejectedReading(*point, reason))
        other = point if other is not None else None
    return rejected


def _is_spike(
    check: _PlausibilityCheck,
    last: tuple[int, int],
    point: tuple[int, int],
    following: tuple[int, int] | None,
) -> bool:
    """A reading that could be, but that the next one belies: it fell back to where the reading before fits."""
    return following is not None and not check.follows(point, following) and check.follows(last, following)


def _estimates(
    check: _PlausibilityCheck,
    given: RegisterReadings,
    points: list[tuple[int, int]],
    believed: NDArray[np.bool_],
) -> list[RejectedReading]:
    """Believe the estimates that lie between their believed neighbours; the actual readings overrule the others.

    Between two actual readings they are believed together or not at all: once one of them is contradicted, the energy
    between the two is shared by time instead. Behind the last actual reading each stands for itself.
    """
    actual = np.flatnonzero(believed)
    estimates = np.flatnonzero(given.quality == Quality.ESTIMATED)
    behind = np.searchsorted(actual, estimates)
    refused: list[int] = []
    for order in np.unique(behind).tolist():
        group = estimates[behind == order].tolist()
        before = points[actual[order - 1]] if order else None
        after = points[actual[order]] if order < len(actual) else None
        odd = _contradicted(check, [points[place] for place in group], before, after)
        if any(odd) and before is not None and after is not None:
            odd = [True] * len(group)
        believed[group] = ~np.array(odd)
        refused += [place for place, is_odd in zip(group, odd, strict=True) if is_odd]
    return [RejectedReading(*points[place], "estimate") for place in refused]


def _contradicted(
    check: _PlausibilityCheck,
    group: list[tuple[int, int]],
    before: tuple[int, int] | None,
    after: tuple[int, int] | None,
) -> list[bool]:
    """Of the estimates between two actual readings in their order: whether each cannot be, the ones before it given."""
    odd: list[bool] = []
    for point in group:
        fits = (before is None or check.follows(before, point)) and (after is None or check.follows(point, after))
        if fits and before is not None and after is not None:
            through = check.counted(before[1], point[1]) + check.counted(point[1], after[1])
            fits = through == check.counted(before[1], after[1])
        odd.append(not fits)
        before = point if fits else before
    return odd
