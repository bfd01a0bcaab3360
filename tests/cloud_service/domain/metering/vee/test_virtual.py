"""Days of registers that are sums and differences of others."""

from datetime import date
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.metering.vee.series import RegisterDay
from cloud_service.domain.metering.vee.virtual import DaySteps, VirtualTerm, virtual_day
from common.reading import Quality

DAY = date(2026, 3, 1)


def steps(values: list[int], step_s: int = 21_600, quality: int = Quality.ACTUAL) -> DaySteps:
    """A day's steps of one quality."""
    return step_s, np.array(values, dtype="<i8").tobytes(), bytes([quality]) * len(values)


def combined(parts: dict[int, DaySteps], *terms: tuple[int, str]) -> RegisterDay:
    """The virtual day of register 9."""
    by_day: dict[Any, DaySteps] = {(register, DAY): day for register, day in parts.items()}
    day = virtual_day(9, DAY, [VirtualTerm(*term) for term in terms], by_day)
    assert day is not None
    return day


def test_a_difference_is_exact_step_by_step() -> None:
    day = combined({1: steps([10, 20, 30, 40]), 2: steps([1, 2, 3, 4])}, (1, "1"), (2, "-1"))

    assert [9, 18, 27, 36] == np.frombuffer(day.values, "<i8").tolist()
    assert (90, 0, 21_600) == (day.total, day.missing, day.step_s)


def test_a_part_that_is_not_there_is_missing_and_never_zero() -> None:
    day = combined({1: steps([10, 20, 30, 40])}, (1, "1"), (2, "-1"))

    assert (4, bytes([Quality.MISSING]) * 4) == (day.missing, day.qualities)


def test_a_day_that_no_part_has_is_not_made() -> None:
    assert virtual_day(9, DAY, [VirtualTerm(1, "1")], {}) is None


def test_the_worst_quality_of_the_parts_counts() -> None:
    day = combined({1: steps([1, 1]), 2: steps([1, 1], quality=Quality.SUBSTITUTED)}, (1, "1"), (2, "1"))

    assert bytes([Quality.SUBSTITUTED]) * 2 == day.qualities


def test_a_coarser_part_is_split_evenly_and_marked_estimated() -> None:
    day = combined({1: steps([10, 20], step_s=43_200), 2: steps([0, 0, 0, 0])}, (1, "1"), (2, "1"))

    assert ([5, 5, 10, 10], bytes([Quality.ESTIMATED]) * 4) == (
        np.frombuffer(day.values, "<i8").tolist(),
        day.qualities,
    )


def test_steps_that_do_not_divide_are_laid_onto_shorter_ones() -> None:
    day = combined({1: steps([30, 60], step_s=900), 2: steps([10, 20, 30], step_s=600)}, (1, "1"), (2, "1"))

    assert (150, 300) == (day.total, day.step_s)
    assert [15, 15, 20, 30, 35, 35] == np.frombuffer(day.values, dtype="<i8").tolist()


@given(
    values=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=96),
    factor=st.sampled_from(["0.5", "0.333", "-1.25"]),
)
def test_a_fraction_of_a_day_is_off_by_less_than_a_thousandth_in_sum(values: list[int], factor: str) -> None:
    day = combined({1: steps(values)}, (1, factor))

    assert abs(sum(values) * float(factor) - day.total) <= 0.5 + 1e-6 * abs(sum(values))
