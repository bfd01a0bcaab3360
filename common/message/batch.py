"""Readings on the wire: columns of differences, one digest over their absolute values.

Sequence, channel and time are differences to the row before; a value is the difference to the channel's value before it
in the same batch, or to the catalog's base. The digest also covers gateway, epoch and catalog, so a batch that is read
with another catalog, or was made for another gateway, does not verify.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b
from itertools import accumulate, chain
from operator import sub
from struct import pack as pack_bytes
from typing import Annotated

import msgspec

from common.errors import DecodeError
from common.message import column
from common.message.catalog import Catalog, Count, Epoch
from common.message.column import Column
from common.message.envelope import MessageKind, seal
from common.reading import VALUE_MAX, Quality, Reading, TimeQuality

ROWS_MAX = 10_000
SEQUENCE_MAX = 2**40 - 1
AT_MAX_MS = 2**47  # the year 6429


class Lane(IntEnum):
    """Readings of now, or those that wait since a time without connection."""

    LIVE = 0
    BACKLOG = 1


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """As it travels (docs/wire.md); `Codec.rows` makes absolute columns of it.

    The columns hold `count` - 1 differences, `value` as many as there are rows; units are those of `Rows`.
    """

    epoch: Epoch
    lane: Lane
    catalog_version: Count
    count: Annotated[int, msgspec.Meta(ge=1, le=ROWS_MAX)]
    first_sequence: Annotated[int, msgspec.Meta(ge=1, le=SEQUENCE_MAX)]
    first_channel: Count
    first_at_ms: Annotated[int, msgspec.Meta(ge=0, le=AT_MAX_MS)]
    sequence: Column
    channel: Column
    at_ms: Column
    value: Column
    quality: Column
    time_quality: Column
    digest: Annotated[bytes, msgspec.Meta(min_length=8, max_length=8)]


@dataclass(frozen=True, slots=True)
class Rows:
    """Absolute columns of equal length: `array("q")` (numpy reads them in place) and one byte per code."""

    sequence: "array[int]"  # 1 to SEQUENCE_MAX, ascending
    channel: "array[int]"  # number in the catalog
    at_ms: "array[int]"  # milliseconds since 1970, UTC
    value: "array[int]"  # thousandths of the channel's unit
    quality: bytes  # common.reading.Quality
    time_quality: bytes  # common.reading.TimeQuality

    def __len__(self) -> int:
        return len(self.sequence)


class Codec:
    """Turns rows into batches and back for one gateway and one catalog. Keep it: making one costs a hash."""

    def __init__(self, gateway: str, catalog: Catalog) -> None:
        self.gateway = gateway
        self.catalog = catalog
        self._bases = [channel.base for channel in catalog.channels]
        self._context = gateway.encode() + b"\0" + catalog.epoch.to_bytes(8, "little") + catalog.digest

    def batch(self, lane: Lane, rows: Rows) -> Batch:
        """A batch of 1 to ROWS_MAX rows in ascending sequence."""
        sequence, channel, at_ms = rows.sequence, rows.channel, rows.at_ms
        return Batch(
            epoch=self.catalog.epoch,
            lane=lane,
            catalog_version=self.catalog.version,
            count=len(rows),
            first_sequence=sequence[0],
            first_channel=channel[0],
            first_at_ms=at_ms[0],
            sequence=column.pack(_differences(sequence)),
            channel=column.pack(_differences(channel)),
            at_ms=column.pack(_differences(at_ms)),
            value=column.pack(self._value_differences(channel, rows.value)),
            quality=column.pack_codes(rows.quality),
            time_quality=column.pack_codes(rows.time_quality),
            digest=self._digest(rows),
        )

    def encode(self, lane: Lane, rows: Rows) -> bytes:
        """The payload of a batch."""
        return seal(MessageKind.BATCH, self.batch(lane, rows))

    def rows(self, batch: Batch) -> Rows:
        """Absolute columns, verified: ascending sequence, known channels and codes, values in range, digest."""
        if (batch.epoch, batch.catalog_version) != (self.catalog.epoch, self.catalog.version):
            raise DecodeError("belongs to another catalog", path="catalog_version", code="other_catalog")
        channel = self._channels(batch)
        rows = Rows(
            sequence=_ascending(batch),
            channel=channel,
            at_ms=_within(_running_sums(batch.first_at_ms, batch.at_ms, batch.count, "at_ms"), 0, AT_MAX_MS, "at_ms"),
            value=self._values(channel, column.unpack(batch.value, batch.count, "value")),
            quality=column.unpack_codes(batch.quality, batch.count, max(Quality), "quality"),
            time_quality=column.unpack_codes(batch.time_quality, batch.count, max(TimeQuality), "time_quality"),
        )
        if self._digest(rows) != batch.digest:
            raise DecodeError("the digest does not fit the readings", path="digest", code="bad_digest")
        return rows

    def readings(self, batch: Batch) -> Iterator[tuple[int, Reading]]:
        """(sequence, reading) one by one, for where speed does not matter; DecodeError as `rows`."""
        rows = self.rows(batch)
        columns = (rows.sequence, rows.channel, rows.at_ms, rows.value, rows.quality, rows.time_quality)
        for sequence, number, at_ms, value, quality, time_quality in zip(*columns, strict=True):
            channel = self.catalog.channels[number]
            yield (
                sequence,
                Reading(channel.meter, channel.register, channel.unit, at_ms, value, quality, time_quality),
            )

    def _channels(self, batch: Batch) -> "array[int]":
        channel = _running_sums(batch.first_channel, batch.channel, batch.count, "channel")
        return _within(channel, 0, len(self._bases) - 1, "channel")

    def _value_differences(self, channel: Sequence[int], value: Sequence[int]) -> list[int]:
        last = self._bases.copy()
        differences = []
        for number, present in zip(channel, value, strict=True):
            differences.append(present - last[number])
            last[number] = present
        return differences

    def _values(self, channel: Sequence[int], differences: Sequence[int]) -> "array[int]":
        last = self._bases.copy()
        values = []
        for number, difference in zip(channel, differences, strict=True):
            last[number] = present = last[number] + difference
            values.append(present)
        if min(values) < -VALUE_MAX or max(values) > VALUE_MAX:
            raise DecodeError("larger than any meter can count", path="value")
        return array("q", values)

    def _digest(self, rows: Rows) -> bytes:
        digest = blake2b(self._context, digest_size=8)
        digest.update(pack_bytes("<I", len(rows)))
        for numbers in (rows.sequence, rows.channel, rows.at_ms, rows.value):
            digest.update(column.little_endian(numbers))
        digest.update(rows.quality)
        digest.update(rows.time_quality)
        return digest.digest()


def _differences(values: Sequence[int]) -> list[int]:
    return list(map(sub, values[1:], values))


def _running_sums(first: int, differences: Column, count: int, path: str) -> "array[int]":
    try:
        return array("q", accumulate(chain((first,), column.unpack(differences, count - 1, path))))
    except OverflowError:
        raise DecodeError("a value does not fit 64 bits", path=path) from None


def _ascending(batch: Batch) -> "array[int]":
    lowest = batch.sequence if isinstance(batch.sequence, int) else batch.sequence[0]
    if batch.count > 1 and lowest < 1:
        raise DecodeError("does not ascend", path="sequence")
    return _within(
        _running_sums(batch.first_sequence, batch.sequence, batch.count, "sequence"), 1, SEQUENCE_MAX, "sequence"
    )


def _within(values: "array[int]", low: int, high: int, path: str) -> "array[int]":
    if min(values) < low or max(values) > high:
        raise DecodeError(f"lies outside {low} to {high}", path=path)
    return values
