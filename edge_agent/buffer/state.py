"""What the buffer knows about its streams: in memory, and as they are written down; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from edge_agent.buffer.ranges import Range, Ranges

THINNED, DAMAGED, EXPIRED = "thinned", "damaged", "expired"


class StreamState(msgspec.Struct, frozen=True, array_like=True):
    """One stream at rest."""

    number: int
    last: int
    done: tuple[Range, ...] = ()
    voids: dict[str, tuple[Range, ...]] = {}
    announced: tuple[Range, ...] = ()


class BufferState(msgspec.Struct, frozen=True, array_like=True):
    """All streams at rest and the counters that health reports."""

    current: int
    streams: tuple[StreamState, ...]
    thinned: int = 0


@dataclass(slots=True)
class BufferStream:
    """One stream in memory. Every sequence of 1 to `last` is a row, void, or done and gone."""

    number: int
    epoch: int
    last: int = 0
    done: Ranges = field(default_factory=Ranges)  # the cloud has a row, or knows that it is void
    voids: dict[str, Ranges] = field(default_factory=dict)  # by reason
    announced: Ranges = field(default_factory=Ranges)  # voids that the cloud was told of, receipted or not

    def void(self, reason: str) -> Ranges:
        """Sequences that will never be sent, for this reason."""
        return self.voids.setdefault(reason, Ranges())

    @property
    def void_ranges(self) -> Iterator[Range]:
        """Void spans of all reasons."""
        for ranges in self.voids.values():
            yield from ranges

    def unexplained(self, first: int, last: int) -> int:
        """The first sequence of first..last that is neither void nor done: its row must be there. 0: there is none."""
        for gap in self.done.missing(first, last):
            for absent, _ in Ranges(self.void_ranges).missing(*gap):
                return absent
        return 0

    def receive(self, ranges: Iterable[Range]) -> None:
        """The cloud has these. What was taken for lost and never announced as such had arrived before."""
        for first, last in ranges:
            for span in list(self.void(DAMAGED).within(first, last)):
                for arrived in [gap for open_ in self.done.missing(*span) for gap in self.announced.missing(*open_)]:
                    self.void(DAMAGED).remove(*arrived)
            self.done.add(first, min(last, self.last))

    def reopen(self, ranges: Iterable[Range], oldest: int) -> None:
        """The cloud has lost these; those before `oldest`, the first row that is still here, are expired."""
        for first, last in ranges:
            self.done.remove(first, min(last, self.last))
            for gap in list(Ranges(self.void_ranges).missing(first, min(last, oldest - 1, self.last))):
                self.void(EXPIRED).add(*gap)

    def extend(self, highest: int) -> None:
        """The stream goes on to `highest`; what lies between is lost."""
        self.void(DAMAGED).add(self.last + 1, highest)
        self.last = highest

    @property
    def pending(self) -> int:
        """How many sequences the cloud has not confirmed."""
        return self.last - len(self.done)

    def dump(self) -> StreamState:
        """For the note."""
        voids = {reason: tuple(ranges) for reason, ranges in self.voids.items() if ranges}
        return StreamState(self.number, self.last, tuple(self.done), voids, tuple(self.announced))

    def load(self, rest: StreamState) -> None:
        """From the note; `last` only grows."""
        self.last = max(self.last, rest.last)
        self.done = Ranges(rest.done)
        self.voids = {reason: Ranges(ranges) for reason, ranges in rest.voids.items()}
        self.announced = Ranges(rest.announced)
