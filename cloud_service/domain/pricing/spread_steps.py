"""What may not be priced of steps that were spread: a price that needs to know when in them something was used.

The sum of such a run is known, so one price for all of it is right, and a run in which nothing was used is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.calendar.interval_grid import Grid
from cloud_service.domain.pricing.usage import Intervals, StepRun
from common.errors import InputError


@dataclass(frozen=True, slots=True)
class SpreadCheck:
    """A register on some days of the billing span; what was spread on them is refused where a price needs more."""

    name: str
    register: Intervals  # rows
    grid: Grid  # of the billing span
    days: slice  # its steps that are priced
    path: str  # the price's place in the tariff document

    def runs(self) -> Iterator[tuple[int, StepRun]]:
        """(row, run) of what was spread on the days, as far as something was used in it; counted from their first."""
        for row, runs in enumerate(self.register.spread):
            for run in runs:
                run_of_days = run.within(self.days)
                if run_of_days and self.register.values[row, self.days][run_of_days.first : run_of_days.end].any():
                    yield row, run_of_days

    def refuse_several(self, kinds: NDArray[np.integer]) -> None:
        """Refuse a run whose steps are priced differently; `kinds` says of each step of the days which price it has."""
        for _row, run in self.runs():
            if (kinds[run.first : run.end] != kinds[run.first]).any():
                self._refuse(run, "at which of the prices")

    def refuse_wider(self, per_window: int) -> None:
        """Refuse a run that is of several demand windows of the days: the highest one is not known."""
        for _row, run in self.runs():
            if run.first // per_window != (run.end - 1) // per_window:
                self._refuse(run, "with which highest demand")

    def refuse_beside(self, other: Intervals) -> None:
        """Refuse a run in which another register counted too: what is left of each step is not known."""
        for row, run in self.runs():
            if other.values[row, self.days][run.first : run.end].any():
                self._refuse(run, "how much of it in which step")

    def _refuse(self, run: StepRun, unknown: str) -> NoReturn:
        """Say which readings lie too far apart and what a person can do."""
        first, last = (self.grid.wall(self.days.start + step) for step in (run.first, run.end - 1))
        raise InputError(
            f"register {self.name!r} has no reading within {first} to {last}: how much was used then is known, but "
            f"not {unknown}",
            path=self.path,
            hint="enter or import the readings between, estimate the gap on the meter's page, or take a tariff with "
            "one price for all hours",
            code="needs_shorter_steps",
        )
