"""Days whose use is known, from which the use of other days is estimated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from cloud_service.domain.metering.vee.series import Ints
from cloud_service.domain.pricing.usage import spread_evenly
from common.period import day_seconds

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class ReferenceDay:
    """One local day of which every step has a value; `values` are thousandths of the unit."""

    day: date
    step_s: int
    values: Ints
    measured: bool  # step by step, not spread between two readings of an index

    @property
    def total(self) -> int:
        """What was used on the day."""
        return int(self.values.sum())


def on_step(days: Iterable[ReferenceDay], step_s: int, zone: str) -> list[ReferenceDay]:
    """The measured days of 24 hours on a grid of that step; coarser steps are split evenly, finer ones added up."""
    return [
        ReferenceDay(day.day, step_s, _values_on(day, step_s), day.measured)
        for day in days
        if day.measured
        and day_seconds(day.day, zone) == DAY_S
        and (day.step_s % step_s == 0 or step_s % day.step_s == 0)
    ]


def _values_on(day: ReferenceDay, step_s: int) -> Ints:
    if day.step_s >= step_s:
        return spread_evenly(day.values, day.step_s // step_s)
    added: Ints = np.add.reduceat(day.values, np.arange(0, len(day.values), step_s // day.step_s))
    return added


def total_of(days: Sequence[ReferenceDay]) -> int:
    """What was used on all of them."""
    return sum(day.total for day in days)
