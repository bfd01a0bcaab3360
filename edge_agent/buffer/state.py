"""What the buffer knows about its streams, as one checked note in the database, and the streams in memory."""

from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from edge_agent.buffer.ranges import Range, Ranges

SUM_SIZE = 16
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

    def void_reason(self, sequence: int) -> str:
        """Why a sequence is void, or "" if it is not."""
        return next((reason for reason, ranges in self.voids.items() if sequence in ranges), "")

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


def sealed(note: msgspec.Struct) -> bytes:
    """A note's bytes with their sum."""
    body = msgspec.msgpack.encode(note)
    return blake2b(body, digest_size=SUM_SIZE).digest() + body


def unsealed(content: object) -> bytes | None:
    """The bytes of a sealed note, or None if they were changed."""
    if not isinstance(content, bytes) or len(content) <= SUM_SIZE:
        return None
    body = content[SUM_SIZE:]
    return body if blake2b(body, digest_size=SUM_SIZE).digest() == content[:SUM_SIZE] else None
