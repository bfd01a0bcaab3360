"""A GSM modem: AT commands, stored short messages, and data calls as a transport.

Commands and their answers are lines; what the modem says unasked is kept apart. One owner per modem.
"""

import asyncio
import contextlib
import itertools
import re
import time
from dataclasses import dataclass, replace

from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port
from edge_agent.transports.serial import SerialTransport

COMMAND_S = 5.0
DIAL_S = 75.0  # a data call takes its time
IDLE_S = 8.0  # a call costs by the minute: without traffic for so long it is ended
GUARD_S = 1.1  # silence around +++
FINAL = ("OK", "ERROR", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE")
FINAL_STARTS = ("+CME ERROR:", "+CMS ERROR:", "CONNECT")
UNASKED = ("RING", "+CMTI:", "+CMT:", "+CDS:", "+CREG: ", "+CGREG: ", "^")
HANG_UP = b"\r\nNO CARRIER\r\n"
REASONS = {
    "NO CARRIER": "the other side did not take the call",
    "BUSY": "the number is busy",
    "NO ANSWER": "nobody answered",
    "NO DIALTONE": "the modem has no network",
    "NO DIAL TONE": "the modem has no network",
}
STORED = re.compile(r"\+CMGL: (\d+),(\d+),.*?(\d+)")


class ModemError(ConnectionError):
    """The modem refuses, or the call failed; the text says what and why."""


@dataclass(frozen=True, slots=True)
class MessageStore:
    """Messages as (place, PDU), and how many places are used of how many."""

    messages: list[tuple[int, bytes]]
    used: int
    total: int


class Modem:
    """The command side of a modem on any byte stream."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.buffer = ""
        self.unasked: list[str] = []

    async def start(self, pin: str = "") -> None:
        """Open the line and make sure that the modem has a card and a network."""
        await self.transport.open()
        for attempt in range(3):  # a modem that was in another state needs a moment
            with contextlib.suppress(ModemError):
                await self.command("ATE0")
                break
            if attempt == 2:
                raise ModemError(f"no modem answers on {self.transport.name}")
        await self.command("AT+CMEE=1")
        state = await self.command("AT+CPIN?")
        if any("SIM PIN" in line for line in state):
            if not pin:
                raise ModemError("the card asks for its PIN: give it in the site file")
            await self.command(f'AT+CPIN="{pin}"', timeout_s=20.0)
        registered = "".join(await self.command("AT+CREG?"))
        if not re.search(r"\+CREG: \d,(1|5)", registered):
            raise ModemError("the modem is not in a network: look at antenna and contract")

    async def signal(self) -> int | None:
        """Field strength in dBm, None if unknown."""
        match = re.search(r"\+CSQ: (\d+)", "".join(await self.command("AT+CSQ")))
        return None if not match or int(match[1]) == 99 else -113 + 2 * int(match[1])

    async def command(self, text: str, *, timeout_s: float = COMMAND_S) -> list[str]:
        """The lines a command answers with; ModemError for anything but OK."""
        self.buffer = ""
        self.transport.write(text.encode("ascii") + b"\r")
        lines, final = await self._until_final(text, timeout_s)
        if final != "OK" and not final.startswith("CONNECT"):
            raise ModemError(REASONS.get(final, f"the modem answers {final} to {text}"))
        return [*lines, final] if final.startswith("CONNECT") else lines

    async def send(self, pdu: str, length: int) -> None:
        """Send one short message."""
        await self.command("AT+CMGF=0")
        self.buffer = ""
        self.transport.write(f"AT+CMGS={length}\r".encode("ascii"))
        await self._until_prompt()
        self.transport.write(pdu.encode("ascii") + b"\x1a")
        _, final = await self._until_final("", 60.0)
        if final != "OK":
            raise ModemError(f"the message was not sent: {final}")

    async def stored(self, store: str) -> MessageStore:
        """What a store (SM: card, ME: modem) holds."""
        await self.command("AT+CMGF=0")
        answer = "".join(await self.command(f'AT+CPMS="{store}"'))
        used, total = (int(number) for number in ([*re.findall(r"\d+", answer), "0", "0"])[:2])
        lines = await self.command("AT+CMGL=4", timeout_s=20.0)
        messages = []
        for head, pdu in itertools.pairwise(lines):
            match = STORED.match(head)
            if match and re.fullmatch(r"[0-9A-Fa-f]+", pdu) and len(pdu) % 2 == 0:
                messages.append((int(match[1]), bytes.fromhex(pdu)))
        return MessageStore(messages, used, total)

    async def delete(self, store: str, index: int) -> None:
        """Delete one stored message."""
        await self.command(f'AT+CPMS="{store}"')
        await self.command(f"AT+CMGD={index}")

    async def _until_final(self, echo: str, timeout_s: float) -> tuple[list[str], str]:
        deadline = time.monotonic() + timeout_s
        lines: list[str] = []
        while True:
            while "\n" in self.buffer:
                line, _, self.buffer = self.buffer.partition("\n")
                line = line.strip()
                if not line or line == echo:
                    continue
                if line in FINAL or line.startswith(FINAL_STARTS):
                    return lines, line
                if line.startswith(UNASKED) and not _is_asked(line, echo):
                    self.unasked = [*self.unasked[-99:], line]
                    continue
                lines.append(line)
            try:
                self.buffer += (await self.transport.receive(deadline - time.monotonic())).decode("latin-1")
            except TimeoutError:
                raise ModemError(f"the modem does not answer to {echo or 'the message'}") from None

    async def _until_prompt(self) -> None:
        deadline = time.monotonic() + COMMAND_S
        while ">" not in self.buffer:
            if "ERROR" in self.buffer:
                raise ModemError(f"the modem refuses to send: {self.buffer.strip()}")
            try:
                self.buffer += (await self.transport.receive(deadline - time.monotonic())).decode("latin-1")
            except TimeoutError:
                raise ModemError("the modem does not ask for the message") from None
        self.buffer = ""


class ModemTransport:
    """A transparent data call to one meter; opening dials, closing or a pause of `idle_s` hangs up."""

    def __init__(self, port: Port, *, line: Transport | None = None, idle_s: float = IDLE_S) -> None:
        self.port = port
        self.idle_s = idle_s
        self.timer: asyncio.TimerHandle | None = None
        self.hanging_up: asyncio.Task[None] | None = None
        self.line = line or SerialTransport(replace(port, scheme="serial"))
        self.modem = Modem(self.line)
        self.connected = False
        self.early = b""
        self.tail = b""

    @property
    def is_open(self) -> bool:
        """True while the call lasts."""
        return self.connected and self.line.is_open

    @property
    def name(self) -> str:
        """Device and number."""
        return f"{self.port.device or self.line.name} call {self.port.dial}"

    async def open(self) -> None:
        """Dial; ConnectionError says why there is no call."""
        if self.hanging_up is not None:
            await self.hanging_up
        if self.is_open:
            return
        await self.modem.start()
        try:
            await self.modem.command(f"ATD{self.port.dial}", timeout_s=DIAL_S)
        except ModemError as error:
            raise ModemError(f"no data call to {self.port.dial}: {error}") from error
        self.connected = True
        self.early, self.tail = self.modem.buffer.encode("latin-1"), b""
        self._postpone_hang_up()

    async def close(self) -> None:
        """Hang up: silence, +++, silence, ATH."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.connected and self.line.is_open:
            with contextlib.suppress(ConnectionError):
                await asyncio.sleep(GUARD_S)
                self.line.write(b"+++")
                await asyncio.sleep(GUARD_S)
                with contextlib.suppress(TimeoutError):
                    await self.line.receive(0)
                await self.modem.command("ATH")
        self.connected = False
        await self.line.close()

    def write(self, data: bytes) -> None:
        """Send bytes to the meter."""
        if not self.connected:
            raise ConnectionResetError(f"there is no call to {self.port.dial}")
        self._postpone_hang_up()
        self.line.write(data)

    async def receive(self, timeout_s: float) -> bytes:
        """At least one byte; ConnectionError when the other side hangs up."""
        if not self.connected:
            raise ConnectionResetError(f"there is no call to {self.port.dial}")
        if self.early:
            data, self.early = self.early, b""
            return data
        data = await self.line.receive(timeout_s)
        self._postpone_hang_up()
        self.tail = (self.tail + data)[-len(HANG_UP) :]
        if self.tail == HANG_UP:
            self.connected = False
            raise ConnectionResetError("the other side hung up")
        return data

    def _postpone_hang_up(self) -> None:
        """There is traffic: wait again before hanging up."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer = asyncio.get_running_loop().call_later(self.idle_s, self._hang_up)

    def _hang_up(self) -> None:
        self.hanging_up = asyncio.get_running_loop().create_task(self.close(), name=f"hang up {self.port.dial}")


def _is_asked(line: str, command: str) -> bool:
    """Whether a line that could come unasked is the answer to this command."""
    return line.startswith("+CREG") and command.startswith("AT+CREG?")
