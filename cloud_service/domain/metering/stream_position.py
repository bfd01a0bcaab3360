"""What has been received of a gateway's stream: everything up to `contiguous`, and spans beyond gaps.

The position is what makes a sequence count once: whoever holds its row's lock decides with it which readings are new.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.errors import InputError

SPANS_MAX = 10_000  # a stream with more holes than that is no stream
VOIDS_MAX = 1_000  # the newest; what comes late of older ones counts as a repetition that differs, and raises the alarm
SequenceRange = tuple[int, int]  # first and last sequence, both included


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """`spans` are ascending, do not touch each other, and lie beyond `contiguous` + 1.

    `voids` are ranges that were given up by the gateway; they count as received until they come after all.
    """

    contiguous: int = 0
    spans: tuple[SequenceRange, ...] = ()
    voids: tuple[SequenceRange, ...] = ()

    @property
    def highest(self) -> int:
        """The last sequence that was received."""
        return self.spans[-1][1] if self.spans else self.contiguous

    @property
    def gaps(self) -> tuple[SequenceRange, ...]:
        """The sequences below `highest` that have not come."""
        ends = (self.contiguous, *(last for _, last in self.spans[:-1]))
        return (
            tuple((end + 1, first - 1) for end, (first, _) in zip(ends, self.spans, strict=True)) if self.spans else ()
        )

    def missing(self, last: int) -> tuple[SequenceRange, ...]:
        """The sequences up to `last` that have not come."""
        open_ = (*self.gaps, (self.highest + 1, last))
        return tuple((first, min(end, last)) for first, end in open_ if first <= min(end, last))

    def unseen(self, sequence: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the sequences have not been received yet, a bool each."""
        return (sequence > self.contiguous) & ~_inside(sequence, self.spans)

    def voided(self, sequence: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the sequences were given up, a bool each: should they come after all, they are welcome."""
        return _inside(sequence, self.voids)

    def add(self, ranges: Iterable[SequenceRange]) -> "StreamPosition":
        """The position after these ranges came too."""
        ranges = list(ranges)
        spans = _merged((*self.spans, *ranges))
        contiguous = self.contiguous
        while spans and spans[0][0] <= contiguous + 1:
            contiguous = max(contiguous, spans.pop(0)[1])
        if len(spans) > SPANS_MAX:
            raise InputError(f"the stream has more than {SPANS_MAX} gaps", code="too_many_gaps")
        return StreamPosition(contiguous, tuple(spans), tuple(_without(self.voids, ranges)))

    def give_up(self, ranges: Iterable[SequenceRange]) -> "StreamPosition":
        """The position after the gateway said that what is missing of these ranges will never come."""
        missing = _without(_without(ranges, self.spans), [(1, self.contiguous)] if self.contiguous else [])
        moved = self.add(missing)
        return StreamPosition(moved.contiguous, moved.spans, tuple(_merged((*self.voids, *missing))[-VOIDS_MAX:]))

    def as_json(self) -> dict[str, Any]:
        """The `received` column of its row."""
        named_ranges = {"spans": self.spans, "voids": self.voids}
        return {name: [list(bounds) for bounds in ranges] for name, ranges in named_ranges.items() if ranges}

    @classmethod
    def from_row(cls, contiguous: int, received: dict[str, Any]) -> "StreamPosition":
        """The position of a row."""
        spans, voids = (tuple((first, last) for first, last in received.get(name, ())) for name in ("spans", "voids"))
        return cls(contiguous, spans, voids)


def _merged(ranges: Iterable[SequenceRange]) -> list[SequenceRange]:
    """Ranges in order, those that touch or overlap made one."""
    merged: list[SequenceRange] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _without(ranges: Iterable[SequenceRange], taken: Iterable[SequenceRange]) -> list[SequenceRange]:
    """What of the ranges, in order, lies in none of those that are taken."""
    left, taken = [], _merged(taken)
    for first, last in _merged(ranges):
        begin = first  # of what is left of the range
        for hole in taken[bisect_left(taken, first, key=lambda hole: hole[1]) :]:
            if hole[0] > last:
                break
            if hole[0] > begin:
                left.append((begin, hole[0] - 1))
            begin = hole[1] + 1
        if begin <= last:
            left.append((begin, last))
    return left


def _inside(sequence: NDArray[np.int64], ranges: Sequence[SequenceRange]) -> NDArray[np.bool_]:
    """Which of the sequences lie in one of the ascending ranges."""
    if not ranges:
        return np.zeros(len(sequence), dtype=np.bool_)
    firsts, lasts = np.array(ranges, dtype=np.int64).T
    place = np.searchsorted(firsts, sequence, side="right") - 1
    inside: NDArray[np.bool_] = (place >= 0) & (sequence <= lasts[np.maximum(place, 0)])
    return inside


def ranges_of(sequence: NDArray[np.int64]) -> Sequence[SequenceRange]:
    """Ascending sequences as ranges."""
    if not len(sequence):
        return []
    breaks = np.flatnonzero(np.diff(sequence) != 1)
    firsts = sequence[np.concatenate(([0], breaks + 1))]
    lasts = sequence[np.concatenate((breaks, [len(sequence) - 1]))]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
