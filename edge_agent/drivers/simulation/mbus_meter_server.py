"""Simulated M-Bus meters behind a TCP port: reset, selected and asked as real ones are, and colliding like them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from edge_agent.drivers.codecs.mbus_address import manufacturer_number
from edge_agent.drivers.codecs.mbus_frame import (
    ACK,
    BROADCAST,
    FCB,
    REQ_UD2,
    RSP_UD,
    SELECTED,
    SND_NKE,
    SND_UD,
    frame_length,
    long_frame,
    parse_frame,
)

TEST_ADDRESS = 0xFE  # every meter answers


@dataclass(slots=True)
class Slave:
    """One meter. `bodies` are the records of its telegrams; a function makes them new for each request."""

    number: str  # eight digits
    bodies: Sequence[bytes] | Callable[[], Sequence[bytes]]
    manufacturer: str = "SIM"
    version: int = 1
    medium: int = 2
    primary: int = 0
    selected: bool = False
    position: int = -1
    last_bit: bool | None = None
    access: int = 0

    @property
    def header(self) -> bytes:
        """What a selection is compared with."""
        maker = manufacturer_number(self.manufacturer).to_bytes(2, "little")
        return bytes.fromhex(self.number)[::-1] + maker + bytes((self.version, self.medium))

    def reset(self) -> None:
        """The next request gets the first telegram."""
        self.position, self.last_bit = -1, None

    def answer(self, *, toggle: bool) -> bytes:
        """The next telegram, or the same again if the frame count bit has not changed."""
        bodies = self.bodies() if callable(self.bodies) else self.bodies
        if toggle != self.last_bit:
            self.position = (self.position + 1) % len(bodies)
            self.last_bit = toggle
        self.access = (self.access + 1) & 0xFF
        data = self.header + bytes((self.access, 0, 0, 0)) + bodies[self.position]
        return long_frame(RSP_UD, self.primary, 0x72, data)

    def fits(self, mask: bytes) -> bool:
        """Whether a selection means this meter; F in a digit and FF in a byte stand for any."""
        digits = zip(self.header[:4].hex(), mask[:4].hex(), strict=True)
        if any(want not in ("f", got) for got, want in digits):
            return False
        maker, maker_mask = self.header[4:6], mask[4:6]
        rest = zip(self.header[6:], mask[6:8], strict=True)
        return maker_mask in (b"\xff\xff", maker) and all(want in (0xFF, got) for got, want in rest)


@dataclass(slots=True)
class MBusSlaves:
    """All meters of one line. `lose` makes the next answers vanish, `echo` returns requests as some converters do."""

    slaves: list[Slave]
    echo: bool = False
    lose: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> asyncio.Server:
        """Listen; the port is in `server.sockets[0].getsockname()[1]`."""
        return await asyncio.start_server(self.talk, host, port)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one master until it goes away."""
        buffer = b""
        try:
            while data := await reader.read(1024):
                buffer += data
                while (length := frame_length(buffer)) and len(buffer) >= length:
                    request, buffer = buffer[:length], buffer[length:]
                    self.requests.append(request)
                    answer = self._answer(request)
                    if self.lose and answer:
                        self.lose -= 1
                        answer = b""
                    writer.write((request if self.echo else b"") + answer)
                if length == 0:
                    buffer = b""
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, request: bytes) -> bytes:
        if request[0] == 0x68:
            frame = parse_frame(request)
            return self._select(frame.data) if frame.control & ~FCB == SND_UD and frame.ci == 0x52 else b""
        control, address = request[1], request[2]
        addressed = [slave for slave in self.slaves if self._is_addressed(slave, address)]
        if control == SND_NKE:
            for slave in addressed:
                slave.reset()
                if address == SELECTED:
                    slave.selected = False
            return b"" if address == BROADCAST else _collided([ACK for _ in addressed])
        if control & ~FCB == REQ_UD2:
            return _collided([slave.answer(toggle=bool(control & FCB)) for slave in addressed])
        return b""

    def _select(self, mask: bytes) -> bytes:
        for slave in self.slaves:
            slave.selected = slave.fits(mask)
            if slave.selected:
                slave.reset()
        return _collided([ACK for slave in self.slaves if slave.selected])

    def _is_addressed(self, slave: Slave, address: int) -> bool:
        if address == SELECTED:
            return slave.selected
        return address in (slave.primary, TEST_ADDRESS, BROADCAST)


def _collided(answers: list[bytes]) -> bytes:
    """What a master hears when several meters speak at once: their bits are mixed, or one after the other."""
    if len(answers) <= 1:
        return b"".join(answers)
    longest = max(len(answer) for answer in answers)
    mixed = bytearray(longest)
    for answer in answers:
        for index, byte in enumerate(answer):
            mixed[index] |= byte
    return bytes(mixed) + b"\x00"
