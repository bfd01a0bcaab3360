"""A day on which a meter came, went or moved: only the steps of one place are counted there, as bills count them."""

import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from cloud_service.domain.metering.energy.figures import SpanEnergy
from cloud_service.domain.metering.energy.windows import RegisterWindow
from cloud_service.domain.rating.register_readings import SharedStep
from common.period import day_bounds
from common.reading import Quality

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PackedDay:
    """A validated day of a register as it is stored."""

    day: date
    step_s: int
    values: bytes
    qualities: bytes
    shared: tuple[SharedStep, ...] = ()


@dataclass(frozen=True, slots=True)
class WindowStep:
    """A step of a day that belongs to a window, counted from the day's start; its value in thousandths."""

    number: int
    value: int
    quality: int


def window_steps(window: RegisterWindow, packed: PackedDay) -> list[WindowStep]:
    """The window's steps of the day; of a step that two mounts share, the window's part."""
    first, after = steps_of(window, packed)
    values = list(struct.unpack(f"<{len(packed.qualities)}q", packed.values))
    mounted_ms = (window.register.mounted - EPOCH) // timedelta(milliseconds=1)
    for shared in packed.shared:
        if shared.mounted_ms == mounted_ms:
            values[shared.step] = shared.value
    return [WindowStep(number, values[number], packed.qualities[number]) for number in range(first, after)]


def split_day_energy(window: RegisterWindow, packed: PackedDay) -> SpanEnergy:
    """What the window has of the day, in thousandths times the multiplier of its mount."""
    steps = window_steps(window, packed)
    known_steps = sum(1 for step in steps if step.quality <= Quality.ESTIMATED)
    return SpanEnergy(
        energy=Decimal(sum(step.value for step in steps)) * window.register.multiplier,
        known_s=min(known_steps * packed.step_s, window.seconds),
        estimated_s=sum(packed.step_s for step in steps if step.quality == Quality.ESTIMATED),
        substituted_s=sum(packed.step_s for step in steps if step.quality == Quality.SUBSTITUTED),
    )


def steps_of(window: RegisterWindow, packed: PackedDay) -> tuple[int, int]:
    """The steps `[first, after)` of a day that touch the window."""
    start, end = day_bounds(packed.day, window.register.timezone)
    first, after = max(window.first, start), min(window.after, end)
    step_s = packed.step_s
    low = int((first - start).total_seconds()) // step_s
    high = -(-int((after - start).total_seconds()) // step_s)
    return low, min(high, len(packed.qualities))
