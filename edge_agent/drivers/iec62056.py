"""IEC 62056-21 mode A, B and C: meters that are asked through an optical head, a serial line, TCP or a data call."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Self

from common.errors import DecodeError, InputError
from common.profile import MeterProfile
from edge_agent.drivers.codecs import obis
from edge_agent.drivers.codecs.iec62056_readout import ACK, ETX, decode_readout, without_parity
from edge_agent.drivers.codecs.obis import Readout
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterSilent, RegisterValue, WrongMeter, register_names
from edge_agent.drivers.lines.opening import ensure_open, open_and_empty
from edge_agent.drivers.values import as_values, with_parts
from edge_agent.transports import transport_for
from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

SPEEDS = {"0": 300, "1": 600, "2": 1200, "3": 2400, "4": 4800, "5": 9600, "6": 19200}
MODE_B = "ABCDEFG"
SILENCE_S = 1.5  # between two characters of an answer, says the standard
ANSWER_S = 2.2
READOUT_MAX_S = 120.0  # a long load profile at 300 baud
BUSY_SPACING_S = 0.3  # between the identification and the acknowledgement


class Iec62056Driver:
    """One line with one or more meters; the address is the device address, "" for the only one.

    `speed` is false where the line has one fixed speed (TCP converters, data calls): then the meter is told to stay
    at it (speed character of the line, or 0).
    """

    def __init__(
        self,
        port: Port,
        *,
        timeout_s: float = ANSWER_S,
        retries: int = 1,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.port = port
        self.timeout_s = max(timeout_s, ANSWER_S)
        self.retries = retries
        self.transport = transport or transport_for(port)
        self.clock = clock

    async def __aenter__(self) -> Self:
        await ensure_open(self.transport, self.port)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.transport.close()

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """The named registers of one readout."""
        names = register_names(profile, registers)
        readout = await self.readout(address, profile)
        by_register = obis.values_by_register(profile, readout.values, with_parts(profile, names))
        return as_values(profile, names, by_register, int(self.clock() * 1000))

    async def identify(self, address: str, profile: MeterProfile) -> str:
        """The number in the readout, or the identification line."""
        return (await self.readout(address, profile)).id

    async def readout(self, address: str, profile: MeterProfile | None = None) -> Readout:
        """One whole readout; asked again if it was damaged or did not come."""
        for left in range(self.retries, -1, -1):
            try:
                return await self._readout(_device(address), profile)
            except (MeterSilent, BadAnswer):
                if not left:
                    raise
        raise AssertionError("unreachable")

    async def _readout(self, device: str, profile: MeterProfile | None) -> Readout:
        await ensure_open(self.transport, self.port)
        self._set_speed(self.port.baud)
        await open_and_empty(self.transport, self.port)
        try:
            self._write(f"/?{device}!\r\n".encode("ascii"))
            head = await self._identification(device)
            if profile:
                _require_model(profile, head)
            await self._acknowledge(head)
            block = await self._block()
        except ConnectionError as error:
            await self.transport.close()
            raise LineDown(f"the line broke: {error}", path=self.port.name) from error
        finally:
            self._set_speed(self.port.baud)
        try:
            return decode_readout(block, head)
        except DecodeError as error:
            raise BadAnswer(error.message, path=self.port.name, hint=error.hint) from error

    async def _identification(self, device: str) -> str:
        """The line `/XXXZ…` without its slash; an echo of the request is skipped."""
        buffer = b""
        deadline = time.monotonic() + self.timeout_s
        while True:
            try:
                buffer += await self.transport.receive(deadline - time.monotonic())
            except TimeoutError:
                raise MeterSilent(
                    f"no identification within {self.timeout_s:.1f} s",
                    path=f"{self.port.name} {device}".strip(),
                    hint="is the optical head in place, and the first speed right (300 8N1/7E1 on most)?",
                ) from None
            try:
                text = without_parity(buffer).decode("ascii", errors="replace")
            except DecodeError:
                continue  # a byte is still missing, or it is noise: the deadline decides
            lines = [line for line in text.split("\n")[:-1] if line.startswith("/") and not line.startswith("/?")]
            if lines and len(lines[0].strip()) >= 5:
                return lines[0].strip().removeprefix("/")

    async def _acknowledge(self, head: str) -> None:
        """Agree on a speed in mode C, follow it in mode B, do nothing in mode A."""
        letter = head[3]
        fixed = not hasattr(self.transport, "set_baud")
        if letter in SPEEDS:
            await asyncio.sleep(BUSY_SPACING_S)
            keep = next((key for key, baud in SPEEDS.items() if baud == self.port.baud), "0")
            speed = keep if fixed else letter
            self._write(bytes([ACK]) + f"0{speed}0\r\n".encode("ascii"))
            await asyncio.sleep(6 * self.port.byte_s)  # the acknowledgement still goes at the old speed
            self._set_speed(SPEEDS[speed])
        elif letter in MODE_B and not fixed:
            self._set_speed(600 << MODE_B.index(letter))

    async def _block(self) -> bytes:
        """STX to ETX and the check character; silence ends it."""
        buffer = b""
        until = time.monotonic() + READOUT_MAX_S
        wait_s = max(self.timeout_s, SILENCE_S)
        while time.monotonic() < until:
            try:
                buffer += await self.transport.receive(wait_s)
            except TimeoutError:
                break
            wait_s = SILENCE_S
            decimal_text = bytes(byte & 0x7F for byte in buffer)
            end = decimal_text.find(ETX)
            if end >= 0 and len(decimal_text) > end + 1:
                start = decimal_text.find(b"\x02")
                return buffer[max(0, start) : end + 2]
        if not buffer:
            raise MeterSilent("the meter identified itself but sent no readout", path=self.port.name, hint="read again")
        raise BadAnswer("the readout stopped before its end", path=self.port.name, hint="is the optical head steady?")

    def _write(self, data: bytes) -> None:
        """A data call is an 8N1 line to a 7E1 meter: the parity is made here."""
        if self.port.scheme == "modem":
            data = bytes(byte | 0x80 if byte.bit_count() & 1 else byte for byte in data)
        self.transport.write(data)

    def _set_speed(self, baud: int) -> None:
        set_baud = getattr(self.transport, "set_baud", None)
        if set_baud is not None:
            set_baud(baud)


def _device(address: str) -> str:
    """What stands between ? and !; at most 32 letters and digits, leading zeros may be left out."""
    device = "" if address in ("", "0", "*") else address
    if len(device) > 32 or not all(character.isalnum() or character == " " for character in device):
        raise InputError(f"{address!r} is no device address", hint="the number on the meter, or 0 for the only meter")
    return device


def _require_model(profile: MeterProfile, head: str) -> None:
    marks = [mark.starts_with for mark in profile.identify if mark.starts_with]
    if marks and not any(head.startswith(mark) for mark in marks):
        raise WrongMeter(f"the meter says it is {head}, not one of {profile.id}", hint="choose another profile")
