"""How DLMS APDUs get to one meter and back: over the TCP wrapper (IEC 62056-4-7) or in HDLC frames (IEC 62056-46)."""

import time
from typing import Protocol

from common.errors import DecodeError
from edge_agent.drivers.codecs import dlms_framing as framing
from edge_agent.drivers.lines.opening import discard_received
from edge_agent.transports.interface import Transport


class ApduChannel(Protocol):
    """How APDUs get to one meter and back."""

    async def open(self) -> None:
        """Make the link."""
        ...

    async def ask(self, apdu: bytes) -> bytes:
        """One APDU for another."""
        ...

    async def close(self) -> None:
        """End the link."""
        ...


class WrapperChannel:
    """APDUs over TCP."""

    def __init__(self, transport: Transport, client: int, server: int, timeout_s: float) -> None:
        self.transport, self.client, self.server, self.timeout_s = transport, client, server, timeout_s
        self.rest = b""

    async def open(self) -> None:
        """Nothing to do: the connection is the framing."""

    async def ask(self, apdu: bytes) -> bytes:
        """One APDU for another."""
        self.transport.write(framing.wrap(apdu, self.client, self.server))
        deadline = time.monotonic() + self.timeout_s
        while True:
            answer, self.rest = framing.unwrap(self.rest, self.client, self.server)
            if answer is not None:
                return answer
            self.rest += await self.transport.receive(deadline - time.monotonic())

    async def close(self) -> None:
        """Release the association; the meter answers before it forgets it."""
        await self.ask(b"\x62\x00")


class HdlcChannel:
    """APDUs in numbered frames; long ones come in segments."""

    def __init__(self, transport: Transport, client: int, server: bytes, timeout_s: float) -> None:
        self.transport, self.server, self.timeout_s = transport, server, timeout_s
        self.client = bytes((client << 1 | 1,))
        self.rest = b""
        self.sent = self.received = 0

    async def open(self) -> None:
        """SNRM and UA."""
        await discard_received(self.transport)
        frame = await self._exchange(framing.SNRM)
        if frame.control != framing.UA:
            raise DecodeError(f"the meter answers {frame.control:02x} instead of UA", hint=framing.DAMAGED)

    async def ask(self, apdu: bytes) -> bytes:
        """One APDU for another."""
        frame = await self._exchange(self.received << 5 | 0x10 | self.sent << 1, framing.LLC_ASK + apdu)
        self.sent = (self.sent + 1) & 7
        info = self._numbered(frame)
        while frame.segmented:
            frame = await self._exchange(self.received << 5 | framing.RR)
            info += self._numbered(frame)
        if not info.startswith(framing.LLC_ANSWER):
            raise DecodeError("the answer has no LLC header", hint=framing.DAMAGED)
        return info.removeprefix(framing.LLC_ANSWER)

    async def close(self) -> None:
        """DISC and UA."""
        await self._exchange(framing.DISC)

    def _numbered(self, frame: framing.Frame) -> bytes:
        """The content of the frame whose turn it is."""
        if frame.control & 1 or frame.control >> 1 & 7 != self.received:
            raise DecodeError(f"a frame out of order ({frame.control:02x})", hint=framing.DAMAGED)
        self.received = (self.received + 1) & 7
        return frame.info

    async def _exchange(self, control: int, info: bytes = b"") -> framing.Frame:
        self.transport.write(framing.build(self.server, self.client, control, info))
        deadline = time.monotonic() + self.timeout_s
        while True:
            frame, self.rest = framing.cut(self.rest, self.client, self.server)
            if frame is not None:
                return frame
            self.rest += await self.transport.receive(deadline - time.monotonic())
