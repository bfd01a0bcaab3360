"""What the numbers in the buffer mean: streams, channels and boots. Kept in the database and beside it."""

from collections.abc import Sequence

import msgspec

from common.message import Channel


class BufferDirectory(msgspec.Struct, frozen=True, array_like=True):
    """What numbers mean: the catalog's version, epochs by stream number, channels in order, boots and their clocks."""

    version: int = 0
    streams: tuple[tuple[int, int], ...] = ()
    channels: tuple[Channel, ...] = ()
    boots: tuple[tuple[int, str], ...] = ()
    offsets: dict[int, int] = {}  # boot number -> wall minus monotonic milliseconds, once its clock was known
    guesses: dict[int, int] = {}  # the same for boots that ended without a clock, from the boot after them
    lasts: dict[int, int] = {}  # how far the streams of set-aside files had come
    edition: int = 0  # grows with every writing: of two copies the higher one is the newer

    def numbered(self, channels: Sequence[Channel]) -> tuple[list[int], list[Channel]]:
        """The numbers of these channels, and those of them that are new: they get the next numbers, in their order."""
        numbers = {_channel_key(channel): number for number, channel in enumerate(self.channels)}
        added: list[Channel] = []
        for channel in channels:
            if _channel_key(channel) not in numbers:
                numbers[_channel_key(channel)] = len(numbers)
                added.append(channel)
        return [numbers[_channel_key(channel)] for channel in channels], added

    def with_channels(self, added: Sequence[Channel]) -> "BufferDirectory":
        """A new version of the catalog with these channels behind the others."""
        return msgspec.structs.replace(self, channels=(*self.channels, *added), version=self.version + 1)

    def rebased(self, values: dict[int, int]) -> "BufferDirectory":
        """A new version of the catalog with base values (thousandths of the channel's unit) by channel number."""
        channels = tuple(
            msgspec.structs.replace(channel, base=values.get(number, channel.base))
            for number, channel in enumerate(self.channels)
        )
        return msgspec.structs.replace(self, channels=channels, version=self.version + 1)

    def with_stream(self, number: int, epoch: int) -> "BufferDirectory":
        """A new version of the catalog with a further stream."""
        return msgspec.structs.replace(self, streams=(*self.streams, (number, epoch)), version=self.version + 1)


def newest_directory(inside: BufferDirectory, beside: BufferDirectory | None) -> BufferDirectory:
    """The directory of the database or of the file beside it: a crash may have come between writing the two."""
    if beside is None or beside.edition < inside.edition or beside.streams[: len(inside.streams)] != inside.streams:
        return inside
    return beside


def _channel_key(channel: Channel) -> tuple[str, str, str, str]:
    return channel.meter, channel.register, channel.unit, channel.kind
