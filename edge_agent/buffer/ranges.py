"""Sets of whole numbers as few ranges: what is receipted, on its way, void. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Range = tuple[int, int]


class Ranges:
    """Disjoint, ascending ranges, both ends included."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._first: list[int] = []
        self._last: list[int] = []
        for first, last in ranges:
            self.add(first, last)

    def __iter__(self) -> Iterator[Range]:
        return zip(self._first, self._last, strict=True)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self)

    def __bool__(self) -> bool:
        return bool(self._first)

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._first, number) - 1
        return place >= 0 and number <= self._last[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ranges) and (self._first, self._last) == (other._first, other._last)

    __hash__ = None  # type: ignore[assignment]  # changes, so it has no hash

    def __repr__(self) -> str:
        return f"Ranges({list(self)})"

    def add(self, first: int, last: int) -> None:
        """Take in first..last; an empty range does nothing."""
        if first > last:
            return
        low = bisect_left(self._last, first - 1)
        high = bisect_right(self._first, last + 1)
        if low < high:
            first, last = min(first, self._first[low]), max(last, self._last[high - 1])
        self._first[low:high] = [first]
        self._last[low:high] = [last]

    def remove(self, first: int, last: int) -> None:
        """Take out first..last."""
        if first > last:
            return
        low = bisect_left(self._last, first)
        high = bisect_right(self._first, last)
        if low >= high:
            return
        ends = []
        if self._first[low] < first:
            ends.append((self._first[low], first - 1))
        if self._last[high - 1] > last:
            ends.append((last + 1, self._last[high - 1]))
        self._first[low:high] = [start for start, _ in ends]
        self._last[low:high] = [other for _, other in ends]

    def missing(self, first: int, last: int) -> Iterator[Range]:
        """What first..last has and this set has not, ascending."""
        place = bisect_left(self._last, first)
        while first <= last:
            if place >= len(self._first) or self._first[place] > last:
                yield first, last
                return
            if self._first[place] > first:
                yield first, self._first[place] - 1
            first = self._last[place] + 1
            place += 1

    def within(self, first: int, last: int) -> Iterator[Range]:
        """What both have, ascending."""
        for place in range(bisect_left(self._last, first), bisect_right(self._first, last)):
            yield max(first, self._first[place]), min(last, self._last[place])

    @property
    def prefix(self) -> int:
        """The last number of the range that starts at 1 (0: there is none)."""
        return self._last[0] if self._first and self._first[0] <= 1 else 0
