"""A Modbus meter to read from: simulated meters on a TCP port or a serial line, with true byte times if wanted.

It answers as real devices do: exceptions for wrong addresses, silence for units that are not there, and on request
late, damaged or foreign answers.
"""

import asyncio
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from edge_agent.drivers.codecs.modbus_frames import FRAMINGS, MBAP, Framing

WordSource = Callable[[int, int, int], bytes | None]
"""(function, address, count) -> bytes of the registers, or None for an address the meter lacks."""


@dataclass(slots=True)
class Faults:
    """What goes wrong, per unit: seconds too late, answers to damage, units that say nothing."""

    delay_s: dict[int, float] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    damage: Callable[[bytes], bytes] | None = None


@dataclass(slots=True)
class SimulatedLine:
    """Meters behind one port. `byte_s` is the time a byte takes on the simulated wire; half duplex, one at a time."""

    units: Mapping[int, WordSource]
    framing: str = "tcp"
    byte_s: float = 0.0
    think_s: float = 0.0
    faults: Faults = field(default_factory=Faults)
    requests: int = 0
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> asyncio.Server:
        """Listen; the port is in `server.sockets[0].getsockname()[1]`."""
        return await asyncio.start_server(self.talk, host, port)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client until it goes away."""
        buffer = b""
        framing = FRAMINGS[self.framing]()
        try:
            while data := await reader.read(4096):
                buffer += data
                while True:
                    buffer, request = _request(buffer, self.framing)
                    if request is None:
                        break
                    await self._answer(framing, request, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, framing: Framing, request: "_Request", writer: asyncio.StreamWriter) -> None:
        self.requests += 1
        pdu = self._pdu(request)
        async with self.busy:
            await self._wire(8)
            if pdu is None:
                return
            frame = framing.request(pdu, request.unit, request.number)
            delay = self.think_s + self.faults.delay_s.get(request.unit, 0.0)
            if delay:
                await asyncio.sleep(delay)
            await self._wire(len(frame))
            if self.faults.damage:
                frame = self.faults.damage(frame)
        writer.write(frame)
        await writer.drain()

    async def _wire(self, count: int) -> None:
        if self.byte_s:
            await asyncio.sleep(self.byte_s * count)

    def _pdu(self, request: "_Request") -> bytes | None:
        """The answer's PDU, or None for silence."""
        source = self.units.get(request.unit)
        if source is None or request.unit in self.faults.silent:
            return None
        if request.function not in (3, 4):
            return bytes((request.function | 0x80, 1))
        if not 1 <= request.count <= 125:
            return bytes((request.function | 0x80, 3))
        registers = source(request.function, request.address, request.count)
        if registers is None:
            return bytes((request.function | 0x80, 2))
        return bytes((request.function, len(registers))) + registers


@dataclass(frozen=True, slots=True)
class _Request:
    unit: int
    number: int
    function: int
    address: int
    count: int


def _request(buffer: bytes, framing: str) -> tuple[bytes, _Request | None]:
    """Take one request off the buffer. A server that has lost its place in RTU drops a byte and looks again."""
    if framing == "tcp":
        if len(buffer) < 8:
            return buffer, None
        number, _, length, unit = MBAP.unpack_from(buffer)
        if len(buffer) < 6 + length:
            return buffer, None
        return buffer[6 + length :], _parsed(unit, number, buffer[7 : 6 + length])
    if framing == "ascii":
        line, end, rest = buffer.partition(b"\r\n")
        if not end:
            return buffer, None
        frame = bytes.fromhex(line[line.rfind(b":") + 1 :].decode("ascii"))
        return rest, _parsed(frame[0], 0, frame[1:-1])
    while len(buffer) >= 8:
        from pymodbus.framer import FramerRTU

        if FramerRTU.check_CRC(buffer[:6], int.from_bytes(buffer[6:8], "big")):
            return buffer[8:], _parsed(buffer[0], 0, buffer[1:6])
        buffer = buffer[1:]
    return buffer, None


def _parsed(unit: int, number: int, pdu: bytes) -> _Request:
    if len(pdu) < 5:
        return _Request(unit, number, pdu[0] if pdu else 0, 0, 0)
    function, address, count = struct.unpack_from(">BHH", pdu)
    return _Request(unit, number, function, address, count)
