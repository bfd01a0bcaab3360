"""One stored reading: what it says, how it is laid out in SQLite, the checksum that proves it unchanged."""

from collections.abc import Iterable
from hashlib import blake2b
from struct import Struct, unpack
from typing import NamedTuple

import msgspec

from common.reading import TimeQuality

STREAM_SHIFT = 40  # a row's id is its stream's number, then 40 bits of sequence
SEQUENCE_MASK = (1 << STREAM_SHIFT) - 1
QUALITY_FLAGS, TIME_FLAGS, GRID_FLAG, TIME_SHIFT = 7, 7 << 3, 1 << 6, 3
UNKNOWN_FLAG = TimeQuality.UNKNOWN << TIME_SHIFT
_EPOCH, _BODY = Struct("<Q"), Struct("<qqqqqqQ")


class BufferSample(msgspec.Struct, frozen=True, gc=False):
    """A reading before it has a sequence. `grid`: it is one that bills are made from and is never thinned."""

    channel: int  # number in the buffer's directory
    mono_ms: int  # milliseconds since boot
    at_ms: int  # milliseconds since 1970, UTC, as well as known
    value: int  # thousandths of the channel's unit
    quality: int
    time_quality: int
    grid: bool


class BufferRow(NamedTuple):
    """A reading in the buffer; units as in `BufferSample`. `boot` numbers the boot that `mono_ms` counts from."""

    sequence: int
    channel: int
    boot: int
    mono_ms: int
    at_ms: int
    value: int
    flags: int

    @property
    def quality(self) -> int:
        """As in common.reading."""
        return self.flags & QUALITY_FLAGS

    @property
    def time_quality(self) -> int:
        """When it was taken."""
        return (self.flags & TIME_FLAGS) >> TIME_SHIFT

    @property
    def grid(self) -> bool:
        """Never thinned."""
        return bool(self.flags & GRID_FLAG)


def flags_of(sample: BufferSample) -> int:
    """Qualities and grid mark in one small number."""
    return sample.quality | sample.time_quality << 3 | sample.grid << 6


def checksum(epoch: int, row: Iterable[int]) -> int:
    """Signed 64 bits over everything the row says (in the order of `Row`) and the stream it belongs to."""
    return checksums(epoch, (row,))[0]


def checksums(epoch: int, rows: Iterable[Iterable[int]]) -> tuple[int, ...]:
    """The checksum of each row of one stream: a round's rows together cost half."""
    begun, pack, digests = blake2b(_EPOCH.pack(epoch), digest_size=8), _BODY.pack, []
    for row in rows:
        digest = begun.copy()
        digest.update(pack(*row))
        digests.append(digest.digest())
    return unpack(f"<{len(digests)}q", b"".join(digests))
