"""Sums and maxima by time-of-use period are exact and have a column for each period."""

import numpy as np

from cloud_service.domain.pricing.period_sums import max_by, sum_by

VALUES = np.array([[1, 2, 3, 4], [-5, -6, 7, 2**53 + 1]], dtype=np.int64)
INDEX = np.array([0, 0, 2, 0], dtype=np.int16)


def test_the_columns_of_a_period_are_summed_exactly() -> None:
    assert [[7, 0, 3], [2**53 - 10, 0, 7]] == sum_by(VALUES, INDEX, 3).tolist()


def test_the_highest_of_a_period_is_never_below_zero() -> None:
    assert [[2, 3], [0, 7]] == max_by(VALUES[:, :3], INDEX[:3] // 2, 2).tolist()


def test_days_without_a_step_have_sums_of_nothing() -> None:
    none = VALUES[:, :0]

    assert [[0, 0], [0, 0]] == sum_by(none, INDEX[:0], 2).tolist()
    assert [[0, 0], [0, 0]] == max_by(none, INDEX[:0], 2).tolist()
