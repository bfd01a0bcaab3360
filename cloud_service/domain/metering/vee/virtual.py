"""Virtual meters: a day that is the sum of other registers' days times a factor each, exact to the thousandth."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from cloud_service.domain.metering.vee.series import Ints, RegisterDay
from common.errors import InputError
from common.reading import Quality

DaySteps = tuple[int, bytes, bytes]  # step in seconds, values packed as little-endian int64, a quality a step


@dataclass(frozen=True, slots=True)
class VirtualTerm:
    """A register and the factor it counts with: a decimal text such as 1, -1 or 0.5."""

    register_id: int
    factor: str


def virtual_day(
    register_id: int, day: date, terms: Sequence[VirtualTerm], steps_by_day: Mapping[tuple[int, date], DaySteps]
) -> RegisterDay | None:
    """The virtual day; None where none of its parts has that day. A part that is not there is missing, never zero.

    Values are thousandths; the day has the longest step into which those of its parts divide.
    """
    present = [steps_by_day[term.register_id, day] for term in terms if (term.register_id, day) in steps_by_day]
    if not present:
        return None
    step_s = math.gcd(*(step for step, _, _ in present))
    sizes = {len(qualities) * step // step_s for step, _, qualities in present}
    if len(sizes) > 1:
        raise InputError("its parts have days of different lengths: they lie in different time zones")
    size = sizes.pop()
    total: Ints = np.zeros(size, dtype=np.int64)
    worst = np.zeros(size, dtype=np.uint8)
    fractions = [Fraction(0)] * size
    exact = all(Fraction(term.factor).denominator == 1 for term in terms)
    for term in terms:
        steps_of_day = steps_by_day.get((term.register_id, day))
        if steps_of_day is None:
            worst[:] = Quality.MISSING
            continue
        values, qualities = _on_step(steps_of_day, step_s)
        worst = np.maximum(worst, qualities)
        if exact:
            total = total + values * int(Fraction(term.factor))
        else:
            fractions = [
                sum_so_far + value * Fraction(term.factor)
                for sum_so_far, value in zip(fractions, values.tolist(), strict=True)
            ]
    steps = np.asarray(total, dtype=np.int64) if exact else _rounded(fractions)
    return RegisterDay(
        register_id=register_id,
        day=day,
        step_s=step_s,
        values=steps.astype("<i8").tobytes(),
        qualities=worst.tobytes(),
        total=int(steps.sum()),
        missing=int((worst == Quality.MISSING).sum()),
    )


def _on_step(day_steps: DaySteps, step_s: int) -> tuple[Ints, "np.ndarray[tuple[int], np.dtype[np.uint8]]"]:
    """A part on a finer grid: each of its steps split evenly, nothing lost."""
    step, packed, codes = day_steps
    values, qualities = np.frombuffer(packed, dtype="<i8").astype(np.int64), np.frombuffer(codes, dtype=np.uint8)
    pieces = step // step_s
    if pieces == 1:
        return values, qualities
    shares = np.arange(pieces + 1)
    ends = values[:, None] * shares // pieces
    return np.diff(ends, axis=1).ravel(), np.repeat(np.maximum(qualities, np.uint8(Quality.ESTIMATED)), pieces)


def _rounded(exact: Sequence[Fraction]) -> Ints:
    """Whole thousandths; what rounding leaves is carried on, so that the day's sum is right to the last one."""
    rounded, carried = [], Fraction(0)
    for value in exact:
        whole = round(value + carried)
        carried += value - whole
        rounded.append(whole)
    return np.array(rounded, dtype=np.int64)
