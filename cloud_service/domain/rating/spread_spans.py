"""Spans of time over which only the sum of what a register counted is known, as its readings lie that far apart.

A short hole in what was read all around is filled and called estimated, as everybody does; what is longer, or one of
many, may not be priced by the hour: `cloud_service/domain/pricing/spread_steps.py` refuses it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, takewhile

import numpy as np

from cloud_service.domain.pricing.usage import StepRun
from cloud_service.domain.rating.register_readings import EPOCH, DayEnds, MountedRegister
from common.period import day_bounds
from common.reading import Quality

SHORT_HOLE_S = 2 * 3600  # a hole that is not longer, with as much measured time around it, is filled

SpreadSpan = tuple[int, int]  # milliseconds since 1970


def estimated_spans(days: Sequence[DayEnds], zone_name: str) -> list[SpreadSpan]:
    """The runs of estimated steps of a register's days, ascending, without short holes.

    It is all that the days themselves tell: there may have been readings in between.
    """
    spans: list[SpreadSpan] = []
    for day in days:
        if day.day is None or Quality.ESTIMATED not in day.qualities:
            continue
        start, end = day_bounds(day.day, zone_name)
        step_ms = _ms(end - start) // len(day.qualities)
        estimated = np.frombuffer(day.qualities, dtype=np.uint8) == Quality.ESTIMATED
        edges = np.flatnonzero(np.diff(np.concatenate(([0], estimated.astype(np.int8), [0]))))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            spans.append((_ms(start - EPOCH) + first * step_ms, _ms(start - EPOCH) + last * step_ms))
    return without_short_holes(_joined(spans))


def without_short_holes(spans: Sequence[SpreadSpan]) -> list[SpreadSpan]:
    """The spans but for those that are a short hole among measured steps; ascending."""
    left: list[SpreadSpan] = []
    waiting = list(spans)
    while waiting:
        near = [waiting[0], *(after for _, after in takewhile(_lie_near, pairwise(waiting)))]
        if near[-1][1] - near[0][0] > SHORT_HOLE_S * 1000:
            left += near
        waiting = waiting[len(near) :]
    return left


def step_runs(
    spans: Iterable[SpreadSpan], register: MountedRegister, start: datetime, step_s: int, steps: int
) -> tuple[StepRun, ...]:
    """The spans as runs of steps that begin at an instant, as long as the register hung there.

    A span within one step is none.
    """
    start_ms, step_ms = _ms(start - EPOCH), step_s * 1000
    hung_ms = _ms(register.dismounted - EPOCH) if register.dismounted else start_ms + steps * step_ms
    runs = []
    for span_start, span_end in spans:
        since, until = max(span_start, register.mounted_ms), min(span_end, hung_ms)
        first, end = max((since - start_ms) // step_ms, 0), min(-((start_ms - until) // step_ms), steps)
        if end - first > 1 and until > since:
            runs.append(StepRun(first, end))
    return tuple(runs)


def _lie_near(pair: tuple[SpreadSpan, SpreadSpan]) -> bool:
    """Whether less than a short hole of measured time lies between two spans."""
    return pair[1][0] - pair[0][1] < SHORT_HOLE_S * 1000


def _joined(spans: Sequence[SpreadSpan]) -> list[SpreadSpan]:
    """Spans that touch as one."""
    joined: list[SpreadSpan] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _ms(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)
