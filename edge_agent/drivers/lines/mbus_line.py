"""M-Bus link layer (EN 13757-2) as a master: reset, select, ask, on a serial line or through a TCP converter.

A request is repeated with the same frame count bit, so a meter that has answered already answers the same again;
what was asked and what comes are compared, an echo of our own bytes is skipped.
"""

import time

from common.errors import DecodeError
from edge_agent.drivers.codecs.mbus_address import Secondary
from edge_agent.drivers.codecs.mbus_frame import (
    ACK,
    FCB,
    REQ_UD2,
    RSP_MASK,
    RSP_UD,
    SELECTED,
    SND_NKE,
    SND_UD,
    LongFrame,
    frame_length,
    long_frame,
    parse_frame,
    short_frame,
)
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterSilent
from edge_agent.drivers.lines.opening import discard_received, ensure_open
from edge_agent.transports import transport_for
from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

ANSWER_BITS = 330  # the standard's longest wait, in bit times,
ANSWER_S = 0.05  # plus this
ADAPTER_S = 0.15  # and what adapters and level converters add
QUIET_S = 0.03
SELECT_CI = 0x52


class Collision(BadAnswer):
    """Several meters answered at once: the selection fits more than one."""

    code = "collision"


class MBusLine:
    """One line with up to 250 meters by primary address, any number by secondary."""

    def __init__(
        self, port: Port, *, timeout_s: float = 1.0, retries: int = 2, transport: Transport | None = None
    ) -> None:
        self.port = port
        self.transport = transport or transport_for(port)
        self.retries = retries
        self.bit_s = 1 / port.baud if port.device else 0.0
        wait_s = ANSWER_BITS * self.bit_s + ANSWER_S + ADAPTER_S
        self.timeout_s = max(wait_s, timeout_s) if not port.device else wait_s + max(0.0, timeout_s - 1.0)
        self.requests = 0

    async def open(self) -> None:
        """Open the line or say why not."""
        await ensure_open(self.transport, self.port)

    async def close(self) -> None:
        """Give the line back."""
        await self.transport.close()

    async def reset(self, address: int) -> bool:
        """SND_NKE: the next request asks for the first telegram. True if the meter acknowledged; Collision."""
        answer = await self._exchange(short_frame(SND_NKE, address))
        if answer and answer != ACK:
            hint = "give each meter its own address, or read them by the digits on their labels"
            raise Collision(f"several meters have the address {address}", path=self.port.name, hint=hint)
        return answer == ACK

    async def deselect(self) -> None:
        """Reset whoever is selected; nobody need answer."""
        await self._exchange(short_frame(SND_NKE, SELECTED))

    async def select(self, secondary: Secondary) -> bool:
        """Whether exactly one meter answers to this selection; Collision if several do."""
        answer = await self._exchange(long_frame(SND_UD, SELECTED, SELECT_CI, secondary.mask))
        if answer and answer != ACK:
            raise Collision(f"several meters answer to {secondary}", path=self.port.name, hint="give more digits")
        return answer == ACK

    async def ask(self, address: int, *, toggle: bool) -> bytes:
        """The bytes of one telegram (a checked long frame); `toggle` is the frame count bit.

        Raises MeterSilent, BadAnswer or LineDown.
        """
        request = short_frame(REQ_UD2 | (FCB if toggle else 0), address)
        problem: Exception = MeterSilent("not asked")
        for _ in range(self.retries + 1):
            answer = await self._exchange(request)
            try:
                if not answer:
                    raise self._no_answer(address)
                self._checked(answer, address)
            except (MeterSilent, BadAnswer) as error:
                problem = error
                continue
            return answer
        raise problem

    def _checked(self, answer: bytes, address: int) -> LongFrame:
        try:
            frame = parse_frame(answer)
        except DecodeError as error:
            raise BadAnswer(error.message, path=self._where(address), hint=error.hint) from error
        if frame.control & RSP_MASK != RSP_UD:
            raise BadAnswer(f"control field {frame.control:02x} is not an answer", path=self._where(address))
        if address not in (SELECTED, 0xFE) and frame.address != address:
            raise BadAnswer(f"meter {frame.address} answers for {address}", path=self._where(address))
        return frame

    async def _exchange(self, request: bytes) -> bytes:
        """Send a frame and collect what comes until it is a whole frame or the time is over; b"" for silence."""
        await self.open()
        self.requests += 1
        try:
            await discard_received(self.transport)  # what came too late for the last question
            self.transport.write(request)
            return await self._collect(request)
        except ConnectionError as error:
            await self.transport.close()
            raise LineDown(f"the line broke: {error}", path=self.port.name) from error

    async def _collect(self, request: bytes) -> bytes:
        wire_s = 11 * self.bit_s
        deadline = time.monotonic() + self.timeout_s + wire_s * len(request)
        buffer = b""
        while True:
            try:
                buffer += await self.transport.receive(deadline - time.monotonic())
            except TimeoutError:
                return buffer
            buffer = buffer.removeprefix(request)
            length = frame_length(buffer)
            if length == 0 or (length and len(buffer) > length):  # noise, or more than one meter
                return buffer + await self._remaining()
            if length and len(buffer) == length:
                return buffer + await self._remaining() if length == 1 else buffer
            missing = (length or 261) - len(buffer)
            deadline = max(deadline, time.monotonic() + self.timeout_s / 2 + wire_s * missing)

    async def _remaining(self) -> bytes:
        """What else comes before the line is quiet."""
        rest = b""
        until = time.monotonic() + self.timeout_s
        while time.monotonic() < until:
            try:
                rest += await self.transport.receive(QUIET_S + 33 * self.bit_s)
            except TimeoutError:
                break
        return rest

    def _no_answer(self, address: int) -> MeterSilent:
        return MeterSilent(
            f"no answer within {self.timeout_s:.2g} s",
            path=self._where(address),
            hint="is its address right, the bus powered (about 36 V) and the baud rate the meter's?",
        )

    def _where(self, address: int) -> str:
        return f"{self.port.name} meter {address if address != SELECTED else 'selected'}"
