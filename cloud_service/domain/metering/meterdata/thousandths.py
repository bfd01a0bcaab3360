"""Exact decimals as whole thousandths: what is finer is carried on to the next value, so that sums stay right."""

from collections.abc import Iterable
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from common.reading import thousandths


class Carry:
    """The remainder of one register's intervals: after any number of values the sum is off by at most 0.0005."""

    def __init__(self) -> None:
        self.rest = Decimal(0)  # in units, less than half a thousandth
        self.used = False

    def whole(self, values: Iterable[Decimal]) -> NDArray[np.int64]:
        """Thousandths of each value, the remainders carried from one to the next."""
        return np.array([self._take(value) for value in values], dtype=np.int64)

    def each(self, values: Iterable[Decimal]) -> NDArray[np.int64]:
        """Thousandths of each value for itself, rounded half-even: for indexes, which are not added up."""
        return np.array([thousandths(value) for value in values], dtype=np.int64)

    def _take(self, value: Decimal) -> int:
        exact = value + self.rest
        whole = thousandths(exact)
        self.rest = exact - Decimal(whole).scaleb(-3)
        self.used = self.used or bool(self.rest)
        return whole
