"""One Modbus line: question and answer, retries, pauses, and the proof that an answer is the answer.

RTU frames carry neither address nor number, so an answer that comes late looks like the answer to the next request.
After a timeout nothing is believed until a short request of another length than all that are still owed has been
answered: one meter answers in order, so whatever was owed before has then come and gone.
"""

import asyncio
import struct
import time

from common.errors import InputError
from edge_agent.drivers.codecs.modbus_frames import BUSY, FRAMINGS, GATEWAY_SILENT, Framing, ModbusRefused
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterSilent
from edge_agent.drivers.lines.modbus_pace import LinePace
from edge_agent.drivers.lines.opening import ensure_open
from edge_agent.transports import transport_for
from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

TIMEOUTS_BEFORE_REOPEN = 3


class ModbusLine:
    """One line with any number of units; `requests` and `bad_answers` count for the installer.

    After `reopen_after` timeouts in a row the line is opened anew (0: never, for scans).
    """

    def __init__(
        self,
        port: Port,
        *,
        framing: str = "",
        timeout_s: float = 1.0,
        retries: int = 1,
        reopen_after: int = TIMEOUTS_BEFORE_REOPEN,
        transport: Transport | None = None,
    ) -> None:
        framing = framing or ("tcp" if port.scheme == "tcp" else "rtu")
        if framing not in FRAMINGS:
            raise InputError(f"{framing!r} is no Modbus framing", hint=f"one of {', '.join(FRAMINGS)}")
        self.port = port
        self.framing: Framing = FRAMINGS[framing]()
        self.transport = transport or transport_for(port)
        self.pace = LinePace(timeout_s=timeout_s, byte_s=port.byte_s)
        self.retries = retries
        self.reopen_after = reopen_after
        self.number = 0
        self.timeouts_in_a_row = 0
        self.requests = 0
        self.bad_answers = 0
        self.damaged_bytes = 0  # that came in time but were no answer

    async def open(self) -> None:
        """Open the line or say why not."""
        await ensure_open(self.transport, self.port)

    async def close(self) -> None:
        """Give the line back."""
        await self.transport.close()

    async def ask(self, unit: int, function: int, start: int, count: int) -> bytes:
        """The bytes of `count` registers; tries again where that can help.

        Raises MeterSilent, BadAnswer, ModbusRefused or LineDown.
        """
        # a meter that is dead costs the others of its line one timeout, not several
        retries = 0 if self.pace.given_up(unit) else self.retries
        for left in range(retries, -1, -1):
            try:
                if not self.framing.counts and self.pace.owed(unit):
                    await self._resynchronise(unit, function, start)
                return await self._ask_once(unit, function, start, count)
            except (MeterSilent, BadAnswer):
                if not left:
                    raise
            except ModbusRefused as error:
                error.path = self._where(unit)
                if error.number in GATEWAY_SILENT:
                    raise MeterSilent(error.message, path=error.path, hint=error.hint) from error
                if not left or error.number not in BUSY:
                    raise
                await asyncio.sleep(self.pace.timeout_s(unit) / 4)
        raise AssertionError("unreachable")

    async def _resynchronise(self, unit: int, function: int, start: int) -> None:
        """Prove that nothing this unit still owes can be mistaken for the next answer."""
        count = self.pace.free_length(unit)
        try:
            await self._ask_once(unit, function, start, count)
        except ModbusRefused:  # it may refuse a length; a refusal proves nothing
            await self._drain(unit)
            return
        self.pace.settled(unit)

    async def _ask_once(self, unit: int, function: int, start: int, count: int) -> bytes:
        """Send, wait, check."""
        if not self.transport.is_open:
            await self.open()
        if self.pace.byte_s:
            await self.pace.quiet(unit)
        self.number = self.number % 0xFFFF + 1
        self.requests += 1
        frame = self.framing.request(struct.pack(">BHH", function, start, count), unit, self.number)
        sent_at = time.monotonic()
        deadline = sent_at + self.pace.answer_s(unit, len(frame), count)
        try:
            if not self.framing.counts:
                await self._flush()
            self.transport.write(frame)
            answer = await self._matching(unit, function, count, deadline)
        except TimeoutError:
            await self._after_timeout(unit, count)
            raise MeterSilent(
                f"no answer within {deadline - sent_at:.2g} s",
                path=self._where(unit),
                hint=self._silent_hint(),
            ) from None
        except BadAnswer as error:
            await self._after_damage(unit, count)
            error.path = self._where(unit)
            raise
        except ConnectionError as error:
            await self.transport.close()
            raise LineDown(f"the line broke: {error}", path=self.port.name) from error
        self.timeouts_in_a_row = 0
        self.pace.answered(unit, time.monotonic() - sent_at)
        return answer

    async def _matching(self, unit: int, function: int, count: int, deadline: float) -> bytes:
        """Collect bytes until the answer is in them."""
        buffer = b""
        while True:
            try:
                buffer += await self.transport.receive(deadline - time.monotonic())
            except TimeoutError:
                self.damaged_bytes += len(buffer)
                raise
            answer = self.framing.answer(buffer, unit=unit, number=self.number, function=function, count=count)
            if answer is not None:
                return answer

    async def _after_timeout(self, unit: int, count: int) -> None:
        """After a timeout: remember what is owed, and open the line anew if it seems dead as a whole."""
        self.pace.missed(unit)
        self.pace.owe(unit, count)
        self.timeouts_in_a_row += 1
        if self.reopen_after and self.timeouts_in_a_row % self.reopen_after == 0:
            await self.transport.close()
        elif not self.framing.counts:
            await self._drain(unit)

    async def _after_damage(self, unit: int, count: int) -> None:
        """After an answer that cannot be: what is left of it must not meet the next question."""
        self.bad_answers += 1
        self.pace.owe(unit, count)
        if self.framing.counts:  # the stream has lost its frames
            await self.transport.close()
        else:
            await self._drain(unit)

    async def _flush(self) -> None:
        """Throw away what came while nobody asked: a second answer, noise."""
        try:
            while True:
                await self.transport.receive(0)
        except TimeoutError:
            return

    async def _drain(self, unit: int) -> None:
        """Throw away what is coming until the line is quiet."""
        quiet_s = self.pace.drain_s(unit)
        until = time.monotonic() + 10 * quiet_s
        try:
            while time.monotonic() < until:
                await self.transport.receive(quiet_s)
        except TimeoutError:
            return
        except ConnectionError:
            await self.transport.close()

    def _silent_hint(self) -> str:
        """Why nobody answers, most likely first."""
        if self.framing.counts:
            return "is the unit right (often 1, or 255)? a converter to a serial line may want framing rtu"
        return "is it powered, is the address right, are A and B swapped? `energy-edge scan` finds meters"

    def _where(self, unit: int) -> str:
        return f"{self.port.name} unit {unit}"
