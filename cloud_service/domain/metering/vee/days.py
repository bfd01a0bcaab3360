"""Cutting a row of steps into local days, packed as they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cloud_service.domain.metering.vee.series import (
    BelievedReading,
    Bytes,
    DayWindow,
    Ints,
    RegisterDay,
    RegisterReadings,
    RegisterRules,
    RejectedReading,
)
from cloud_service.domain.rating.register_readings import SharedStep
from common.reading import Quality


@dataclass(frozen=True, slots=True)
class WindowDays:
    """What became of one register's window."""

    rules: RegisterRules
    window: DayWindow
    days: list[RegisterDay]
    rejected: list[RejectedReading] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StepSeries:
    """What a register counted, step by step, over a window."""

    step_s: int
    values: Ints  # thousandths of the register's unit
    qualities: Bytes  # a `common.reading.Quality` a step
    shared: Sequence[SharedStep] = ()  # steps are those of the window


def cut_into_days(
    rules: RegisterRules,
    window: DayWindow,
    steps: StepSeries,
    believed: RegisterReadings,
    rejected: Sequence[RejectedReading] = (),
) -> WindowDays:
    """The steps of a window as days.

    `steps` has one value and quality for each step from the window's first instant to its end; `believed` are the
    readings they were made of, `rejected` those that were not believed, both ascending in time.
    """
    step_s, values, qualities = steps.step_s, steps.values, steps.qualities
    starts = np.array(window.starts_ms, dtype=np.int64)
    offsets = (starts - starts[0]) // (step_s * 1000)
    totals = np.add.reduceat(values, offsets[:-1]).tolist()
    missing = np.add.reduceat(qualities == Quality.MISSING, offsets[:-1], dtype=np.int64).tolist()
    behind = np.searchsorted(believed.at_ms, starts, side="right") - 1
    points = _points(believed, behind)
    places = behind.tolist()
    refused = np.searchsorted(np.array([reading.at_ms for reading in rejected], dtype=np.int64), starts).tolist()
    packed, codes = values.astype("<i8").tobytes(), qualities.tobytes()
    bounds = offsets.tolist()
    days = [
        RegisterDay(
            register_id=rules.id,
            day=day,
            step_s=step_s,
            values=packed[8 * bounds[n] : 8 * bounds[n + 1]],
            qualities=codes[bounds[n] : bounds[n + 1]],
            total=totals[n],
            missing=missing[n],
            entry=points[n],
            exit=points[n + 1],
            count=places[n + 1] - places[n],
            rejected=refused[n + 1] - refused[n],
            shared=_shared(steps.shared, bounds[n], bounds[n + 1]) if steps.shared else (),
        )
        for n, day in enumerate(window.days)
    ]
    return WindowDays(rules, window, days, list(rejected))


def _shared(shared: Sequence[SharedStep], first: int, end: int) -> tuple[SharedStep, ...]:
    """The shared steps of one day, counted from its first."""
    return tuple(
        SharedStep(step.step - first, step.mounted_ms, step.value) for step in shared if first <= step.step < end
    )


def _points(believed: RegisterReadings, places: Ints) -> list[BelievedReading | None]:
    """The believed readings at some places; None for a place before the first."""
    if not len(believed):
        return [None] * len(places)
    readings = zip(
        believed.at_ms[places].tolist(), believed.value[places].tolist(), believed.quality[places].tolist(), strict=True
    )
    return [
        BelievedReading(*reading) if place >= 0 else None
        for reading, place in zip(readings, places.tolist(), strict=True)
    ]
