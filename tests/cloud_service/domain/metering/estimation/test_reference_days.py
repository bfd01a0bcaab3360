"""Known days on another step: nothing is lost, and days whose shape is not known are left out."""

from datetime import date

import numpy as np

from cloud_service.domain.metering.estimation.reference_days import ReferenceDay, on_step, total_of

DAY = date(2026, 3, 2)


def day(at: date, step_s: int, values: list[int], *, measured: bool = True) -> ReferenceDay:
    return ReferenceDay(at, step_s, np.array(values, dtype=np.int64), measured)


def test_coarse_steps_are_split_and_fine_ones_added_up() -> None:
    coarse, fine = day(DAY, 3600, [7] * 24), day(DAY, 900, [1, 2, 3, 4] * 24)

    half_hours = on_step([coarse, fine], 1800, "UTC")

    assert [[3, 4], [3, 7]] == [known.values[:2].tolist() for known in half_hours]
    assert [168, 240] == [known.total for known in half_hours]
    assert 408 == total_of(half_hours)


def test_days_that_were_spread_and_days_of_another_length_have_no_shape() -> None:
    spread, longer = day(DAY, 3600, [1] * 24, measured=False), day(date(2026, 10, 25), 3600, [1] * 25)

    assert not on_step([spread, longer], 3600, "Europe/Berlin")
