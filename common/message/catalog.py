"""What the numbers of a stream mean: the channels of one epoch, each a register of a meter.

Channels are only ever added: a number keeps its meter, register, unit and kind for the life of the epoch, so every
later version explains every earlier row. `base` is a value near the present one; batches carry differences to it.
"""

from functools import cached_property
from hashlib import blake2b
from typing import Annotated

import msgspec

from common.errors import DecodeError
from common.reading import VALUE_MAX

CHANNELS_MAX = 10_000
EPOCH_MAX = 2**63 - 1
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=EPOCH_MAX)]
Epoch = Annotated[int, msgspec.Meta(ge=1, le=EPOCH_MAX)]


class Channel(msgspec.Struct, frozen=True, array_like=True):
    """One register of one meter; its number is its place in the catalog."""

    meter: Name
    register: Name
    unit: Name
    kind: Name
    base: Annotated[int, msgspec.Meta(ge=-VALUE_MAX, le=VALUE_MAX)] = 0


class Catalog(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """All channels of an epoch. Published on connect before any reading, and again on request."""

    epoch: Epoch
    version: Count
    channels: Annotated[tuple[Channel, ...], msgspec.Meta(max_length=CHANNELS_MAX)]

    @cached_property
    def digest(self) -> bytes:
        """8 bytes that tell two catalogs apart; part of every batch's digest."""
        return blake2b(msgspec.msgpack.encode(self), digest_size=8).digest()


def extends(newer: Catalog, older: Catalog) -> bool:
    """Whether the newer catalog keeps the meaning of every number of the older one."""
    if newer.epoch != older.epoch or len(newer.channels) < len(older.channels):
        return False
    pairs = zip(newer.channels, older.channels, strict=False)
    return all(new == msgspec.structs.replace(old, base=new.base) for new, old in pairs)


def check_catalog(catalog: Catalog) -> Catalog:
    """The catalog itself, if no register appears under two numbers of the same unit and kind."""
    seen = {(channel.meter, channel.register, channel.unit, channel.kind) for channel in catalog.channels}
    if len(seen) != len(catalog.channels):
        raise DecodeError("a register has two numbers", path="channels")
    return catalog
