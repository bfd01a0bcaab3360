"""Sharing the energy of a gap by time: instants, a weight for the time up to each, and whole thousandths that sum up.

All of it is integers of any size: no share is rounded but by the next one carrying what it left.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from cloud_service.domain.metering.estimation.gap import ReadingGap
from common.period import day_start, local_day, zone

SECOND_MS = 1000
StepWeight = Callable[[date, int], int]  # of a local day and a minute of it: what a millisecond of the step weighs


def step_instants(gap: ReadingGap, step_s: int, zone_name: str) -> list[int]:
    """The gap's ends and the instants of the grid between them."""
    step_ms = step_s * SECOND_MS
    inner: list[int] = []
    for start_ms, end_ms in pairwise(midnights(gap, zone_name)):
        inner += range(start_ms, end_ms, step_ms)
    return _within(gap, inner)


def day_instants(gap: ReadingGap, zone_name: str) -> list[int]:
    """The gap's ends and the local midnights between them."""
    return _within(gap, midnights(gap, zone_name))


def _within(gap: ReadingGap, instants: Sequence[int]) -> list[int]:
    return [gap.start_ms, *(at_ms for at_ms in instants if gap.start_ms < at_ms < gap.end_ms), gap.end_ms]


def midnights(gap: ReadingGap, zone_name: str) -> list[int]:
    """From the start of the gap's first local day to the start of the day after its last."""
    first, last = _day(gap.start_ms, zone_name), _day(gap.end_ms - 1, zone_name)
    days = [first + timedelta(days=n) for n in range((last - first).days + 2)]
    return [int(day_start(day, zone_name).timestamp()) * SECOND_MS for day in days]


def _day(at_ms: int, zone_name: str) -> date:
    return local_day(datetime.fromtimestamp(at_ms // SECOND_MS, UTC), zone_name)


def weights_of(instants: Sequence[int], zone_name: str, weight: StepWeight) -> list[int]:
    """What the time between each two instants weighs."""
    tz = zone(zone_name)
    weights = []
    for start_ms, end_ms in pairwise(instants):
        local = datetime.fromtimestamp(start_ms // SECOND_MS, tz)
        weights.append(weight(local.date(), local.hour * 60 + local.minute) * (end_ms - start_ms))
    return weights


def even_weights(instants: Sequence[int]) -> list[int]:
    """By time alone."""
    return [end_ms - start_ms for start_ms, end_ms in pairwise(instants)]


def shared(total: int, weights: Sequence[int]) -> list[int]:
    """A total shared by weights in whole numbers whose sum is the total, exactly."""
    whole = sum(weights)
    parts, up_to, given = [], 0, 0
    for weight in weights:
        up_to += weight
        reached = total * up_to // whole
        parts.append(reached - given)
        given = reached
    return parts
