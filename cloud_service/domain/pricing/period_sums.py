"""Exact sums and maxima of matrices of readings by time-of-use period."""

from typing import Any

import numpy as np

from cloud_service.domain.pricing.usage import Ints


def sum_by(values: Ints, index: np.ndarray[Any, Any], count: int) -> Ints:
    """Exact sums of the columns with equal index: (rows, steps) to (rows, count).

    Runs of equal index are summed first; int64 all the way, so nothing rounds.
    """
    if values.shape[1] == 0:
        return np.zeros((values.shape[0], count), dtype=np.int64)
    firsts = np.flatnonzero(np.concatenate(([True], index[1:] != index[:-1])))
    sums = np.add.reduceat(values, firsts, axis=1)
    totals = np.zeros((values.shape[0], count), dtype=np.int64)
    run_numbers = index[firsts]
    for number in np.unique(run_numbers):
        totals[:, number] = sums[:, run_numbers == number].sum(axis=1)
    return totals


def max_by(values: Ints, index: np.ndarray[Any, Any], count: int) -> Ints:
    """Highest value of the columns with equal index, not below 0: (rows, windows) to (rows, count)."""
    peaks = np.zeros((values.shape[0], count), dtype=np.int64)
    if values.shape[1]:
        firsts = np.flatnonzero(np.concatenate(([True], index[1:] != index[:-1])))
        highest = np.maximum.reduceat(values, firsts, axis=1)
        run_numbers = index[firsts]
        for number in np.unique(run_numbers):
            peaks[:, number] = np.maximum(highest[:, run_numbers == number].max(axis=1), 0)
    return peaks
