"""What a register counted while it hung at a service point, step after step, where no day and no value is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np

from cloud_service.domain.pricing.usage import Ints
from cloud_service.domain.rating.register_readings import MountedRegister, PackedDays, SpanReadings
from common.period import Span, day_start, intervals_in_day

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MountedRun:
    """Steps that follow each other, in thousandths without the multiplier."""

    first: int  # where they begin among the steps of the span
    values: Ints  # (steps,)


@lru_cache(maxsize=512)
def offsets(start: date, end: date, zone_name: str, step_s: int) -> dict[date, int]:
    """Position of each day's first step among those of some days, and of the end."""
    positions, position = {}, 0
    for day in Span(start, end):
        positions[day] = position
        position += intervals_in_day(day, zone_name, step_s)
    positions[end] = position
    return positions


def mounted_run(register: MountedRegister, packed: PackedDays, readings: SpanReadings) -> MountedRun | None:
    """The steps of the register's days that touch its mount, as that mount counted them.

    None where days or values are missing, steps or zone differ, or days are not of the span: then each day is looked
    at by itself.
    """
    span, opened, closed = readings.span, packed.days[0], packed.days[-1] + ONE_DAY
    if packed.day_steps_s or any(packed.missing) or (closed - opened).days != len(packed.days):
        return None
    position = offsets(span.start, span.end, readings.zone_name, packed.step_s)
    values = np.frombuffer(packed.body, dtype="<i8").astype(np.int64, copy=False)
    if opened not in position or closed not in position or len(values) != position[closed] - position[opened]:
        return None
    first, last = _mounted_steps(register, day_start(opened, readings.zone_name), packed.step_s, len(values))
    shared = [(at - position[opened], value) for at, value in _shared_steps(register, packed, readings, position)]
    if shared:
        values = values.copy()
    for at, value in shared:
        values[at] = value
    return MountedRun(position[opened] + first, values[first:last])


def _mounted_steps(register: MountedRegister, start: datetime, step_s: int, count: int) -> tuple[int, int]:
    """The first of `count` steps from an instant that touches the mount, and the one after the last."""
    step = timedelta(seconds=step_s)
    first = max((register.mounted - start) // step, 0)
    last = count if register.dismounted is None else min(-((start - register.dismounted) // step), count)
    return first, max(first, last)


def _shared_steps(
    register: MountedRegister, packed: PackedDays, readings: SpanReadings, position: Mapping[date, int]
) -> Iterable[tuple[int, int]]:
    """Which steps of the span the mount shares with the one before or after it, and what it has of each."""
    for day in packed.days if readings.shared else ():
        for step in readings.shared.get((register.register_id, day), ()):
            if step.mounted_ms == register.mounted_ms:
                yield position[day] + step.step, step.value
