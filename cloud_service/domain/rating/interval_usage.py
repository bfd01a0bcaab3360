"""Usage of registers with validated days: one step after the other, from one mount or from several that follow.

Steps are int64 in thousandths of the unit, or finer where a multiplier is not whole. Days of different steps are laid
onto the finest grid that holds them all, evenly and without loss; a price that needs to know more is refused by itself.
"""

import math
from collections.abc import Sequence
from datetime import date, datetime

import numpy as np

from cloud_service.domain.pricing.usage import Intervals, StepRun, spread_evenly
from cloud_service.domain.rating.mounted_run import ONE_DAY, mounted_run, offsets
from cloud_service.domain.rating.register_readings import (
    MountedRegister,
    PackedDays,
    SpanReadings,
    factor_at,
    scale_of,
)
from cloud_service.domain.rating.spread_spans import step_runs
from common.errors import InputError
from common.period import day_start, intervals_in_day

VALUE_BYTES = 8
SHOWN = 3  # missing days that a reason names


def interval_usage(registers: Sequence[MountedRegister], readings: SpanReadings) -> Intervals:
    """The steps of the span, (steps,), added over registers that were mounted at different times.

    Days or values that are not there are refused with their number; `so_far` takes them for nothing.
    """
    only = registers[0]
    packed = readings.days.get(only.register_id)
    if len(registers) == 1 and packed is not None and only.multiplier == 1:
        run = mounted_run(only, packed, readings)
        if run is not None and len(run.values) == _steps_of(readings, packed.step_s):
            spread = _spread(registers, readings, packed.step_s, len(run.values))
            return Intervals(run.values, packed.step_s, spread=spread)
    return _added(registers, readings)


def _steps_of(readings: SpanReadings, step_s: int) -> int:
    """How many steps the span has."""
    return offsets(readings.span.start, readings.span.end, readings.zone_name, step_s)[readings.span.end]


def _spread(
    registers: Sequence[MountedRegister], readings: SpanReadings, step_s: int, steps: int
) -> tuple[tuple[StepRun, ...], ...]:
    """The runs of steps of which only the sum is known, of all registers."""
    runs = tuple(
        run
        for register in registers
        for run in step_runs(readings.spread.get(register.register_id, ()), register, readings.start, step_s, steps)
    )
    return (runs,) if runs else ()


def _added(registers: Sequence[MountedRegister], readings: SpanReadings) -> Intervals:
    """Several mounts, multipliers, steps or gaps: day by day, each mount with all of its days."""
    scale = scale_of(registers)
    step_s, spread_s = _common_step(registers, readings)
    size = _steps_of(readings, step_s)
    spread = _spread(registers, readings, step_s, size)
    total = Intervals(np.zeros(size, dtype=np.int64), step_s, scale, spread_s, spread)
    for register in registers:
        packed = readings.days.get(register.register_id)
        follows = any(other.dismounted == register.mounted for other in registers)
        covered = _add(total, register, packed, readings, scale, follows=follows) if packed else set()
        if not readings.so_far:
            _refuse_gaps(covered, register, readings)
    return total


def _common_step(registers: Sequence[MountedRegister], readings: SpanReadings) -> tuple[int, int]:
    """The step in seconds into which those of all days divide, and the one for which all of them are known."""
    packed = [readings.days[register.register_id] for register in registers if register.register_id in readings.days]
    steps = {step_s for days in packed for step_s in days.day_steps_s or (days.step_s,)}
    if not steps:
        return registers[0].step_s, 0
    return math.gcd(*steps), math.lcm(*steps) if len(steps) > 1 else 0


def _add(
    total: Intervals,
    register: MountedRegister,
    packed: PackedDays,
    readings: SpanReadings,
    scale: int,
    *,
    follows: bool,
) -> set[date]:
    """Add a register's values to the steps, (steps,), where it was mounted; the days on which it was.

    `follows` says that another one was taken down when it came.
    """
    factor = factor_at(register, scale)
    run = mounted_run(register, packed, readings)
    if run is not None:
        parts = packed.step_s // total.step_s
        counted = spread_evenly(run.values * factor, parts)
        total.values[run.first * parts : run.first * parts + len(counted)] += counted
        return set(packed.days)
    zone_name, span = readings.zone_name, readings.span
    position_of = offsets(span.start, span.end, zone_name, total.step_s)
    values = np.frombuffer(packed.body, dtype="<i8")
    counts = _steps_of_days(register, packed, zone_name)
    covered: set[date] = set()
    position = lost = 0
    for day, step_s, missing, count in zip(packed.days, packed.steps_s, packed.missing, counts, strict=True):
        parts = step_s // total.step_s
        day_from = day_start(day, zone_name)
        first, last = _mounted_steps(register, day_from, step_s, count)
        if first < last:
            told_by_other = follows and not values[position + first] and _came_within_a_step(register, day_from, step_s)
            lost += _without_value(register, missing, count - (last - first) + told_by_other)
            start = position_of[day]
            counted = values[position + first : position + last] * factor
            for shared_step in readings.shared.get((register.register_id, day), ()):
                if shared_step.mounted_ms == register.mounted_ms and first <= shared_step.step < last:
                    counted[shared_step.step - first] = shared_step.value * factor
            total.values[start + first * parts : start + last * parts] += spread_evenly(counted, parts)
            covered.add(day)
        position += count
    if lost and not readings.so_far:
        raise InputError(
            f"{lost} intervals of {register.title} have no usable value",
            code="missing_intervals",
            hint="estimate or substitute them, then run the billing again",
        )
    return covered


def counted_while_mounted(register: MountedRegister, packed: PackedDays, readings: SpanReadings) -> int:
    """What the register counted on its days as it hung there, in thousandths without its multiplier."""
    run = mounted_run(register, packed, readings)
    if run is not None:
        return int(run.values.sum())
    values, position, touched, shared = np.frombuffer(packed.body, dtype="<i8"), 0, [], 0
    counts = _steps_of_days(register, packed, readings.zone_name)
    for day, step_s, count in zip(packed.days, packed.steps_s, counts, strict=True):
        first, last = _mounted_steps(register, day_start(day, readings.zone_name), step_s, count)
        if first < last:
            touched += [position + first, position + last]
            for step in readings.shared.get((register.register_id, day), ()):
                if step.mounted_ms == register.mounted_ms and first <= step.step < last:
                    shared += step.value - int(values[position + step.step])
        position += count
    return int(values[touched[0] : touched[-1]].sum()) + shared if touched else 0  # a mount's steps follow each other


def _steps_of_days(register: MountedRegister, packed: PackedDays, zone_name: str) -> list[int]:
    """How many steps each day has at the site; days that were made longer or shorter are refused."""
    days = zip(packed.days, packed.steps_s, strict=True)
    counts = [intervals_in_day(day, zone_name, step_s) for day, step_s in days]
    if len(packed.body) != VALUE_BYTES * sum(counts):
        raise InputError(
            f"days of {register.title} were made for another time zone than {zone_name}",
            code="other_zone",
            hint="make its days again (the meter's list, Make days again), then run the billing again",
        )
    return counts


def _mounted_steps(register: MountedRegister, day_from: datetime, step_s: int, count: int) -> tuple[int, int]:
    """Which of a day's `count` steps touch the mount: a meter that hung elsewhere before or after is not counted."""
    if register.mounted <= day_from and register.dismounted is None:
        return 0, count
    first = int((register.mounted - day_from).total_seconds() // step_s)
    last = count if register.dismounted is None else -int((day_from - register.dismounted).total_seconds() // step_s)
    return max(first, 0), min(last, count)


def _came_within_a_step(register: MountedRegister, day_from: datetime, step_s: int) -> bool:
    """Whether the register came within a step of this day: a step is of the one that hung there when it began."""
    since = (register.mounted - day_from).total_seconds()
    return since > 0 and since % step_s != 0


def _without_value(register: MountedRegister, missing: int, outside: int) -> int:
    """Intervals without a value that should have one: an interval register has none in the steps outside its mount.

    An index register counts nothing there, and nothing is missing.
    """
    return max(missing - outside, 0) if register.kind == "interval" else missing


def _refuse_gaps(covered: set[date], register: MountedRegister, readings: SpanReadings) -> None:
    """Refuse days on which the register hung there and that nobody made: an afternoon is not free of charge."""
    zone_name = readings.zone_name
    if len(covered) == readings.span.days:
        return
    missing = [
        day
        for day in readings.span
        if day not in covered and register.touches(day_start(day, zone_name), day_start(day + ONE_DAY, zone_name))
    ]
    if missing:
        first_days = ", ".join(day.isoformat() for day in missing[:SHOWN]) + (" …" if len(missing) > SHOWN else "")
        raise InputError(
            f"{register.title} has no readings for {len(missing)} of {readings.span.days} days: {first_days}",
            code="missing_days",
            hint="estimate or import them, then run the billing again",
        )
