"""A network between gateways and broker that drops, doubles and reorders what is published, in both directions.

It reads MQTT frames: publications of QoS 0 suffer, all else passes. A number of dice rolls per frame, from one seed.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Self

PUBLISH = 3
SHARE = 0.2  # of the publications suffer each of the three
WINDOW = 100  # a frame may come so many frames late


@dataclass
class LossyProxy:
    """Listens on a port of its own and passes everything on to the broker's."""

    target: int
    seed: int = 1
    share: float = SHARE
    port: int = 0
    dropped: int = 0
    doubled: int = 0
    delayed: int = 0
    _dice: random.Random = field(default_factory=random.Random)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._dice = random.Random(self.seed)
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._server:
            self._server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            away_reader, away_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        pumps = [
            asyncio.create_task(self._pump(reader, away_writer)),
            asyncio.create_task(self._pump(away_reader, writer)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        for side in (writer, away_writer):
            side.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        late: list[tuple[int, bytes]] = []  # (frames still to pass before it, frame)
        try:
            while frame := await _frame(reader):
                for delivered in self._suffer(frame, late):
                    writer.write(delivered)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return

    def _suffer(self, frame: bytes, late: list[tuple[int, bytes]]) -> list[bytes]:
        """What is passed on when this frame has come."""
        out = [delayed for left, delayed in late if left <= 0]
        late[:] = [(left - 1, delayed) for left, delayed in late if left > 0]
        if frame[0] >> 4 != PUBLISH or frame[0] & 0b110:
            return [*out, frame]
        if self._dice.random() < self.share:
            self.dropped += 1
            return out
        if self._dice.random() < self.share:
            self.doubled += 1
            out.append(frame)
        if self._dice.random() < self.share:
            self.delayed += 1
            late.append((self._dice.randrange(WINDOW), frame))
            return out
        return [*out, frame]


async def _frame(reader: asyncio.StreamReader) -> bytes:
    """One MQTT packet: type byte, length in up to four bytes of seven bits, body."""
    head = await reader.readexactly(2)
    size, shift = head[1] & 127, 7
    while head[-1] & 128:
        head += await reader.readexactly(1)
        size |= (head[-1] & 127) << shift
        shift += 7
    return head + await reader.readexactly(size)
