"""Meters that speak unasked: DSMR P1, SML and IEC 62056-21 mode D on a serial line or through a TCP converter.

A read waits for the next whole telegram. Whatever came before it began is thrown away, so a value is never older than
the read.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Self

from common.errors import DecodeError
from common.profile import MeterProfile
from edge_agent.drivers.codecs import obis
from edge_agent.drivers.codecs.iec62056_readout import decode_p1, decode_readout, without_parity
from edge_agent.drivers.codecs.obis import Readout
from edge_agent.drivers.codecs.sml import START, decode_sml, telegram_end
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterSilent, RegisterValue, WrongMeter, register_names
from edge_agent.drivers.lines.opening import ensure_open, open_and_empty
from edge_agent.drivers.values import as_values, with_parts
from edge_agent.transports import transport_for
from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

BUFFER_MAX = 16384  # no telegram is longer
WAIT_S = 15.0  # DSMR 4 pushes every ten seconds
Cut = Callable[[bytes], tuple[bytes | None, bytes]]
"""(bytes so far) -> (one whole telegram or None, what is left)."""


class PushDriver:
    """One line with one meter; its address says nothing to the line and may be the number the meter sends."""

    def __init__(
        self,
        port: Port,
        cut: Cut,
        decode: Callable[[bytes], Readout],
        *,
        timeout_s: float = WAIT_S,
        retries: int = 1,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.port = port
        self.cut = cut
        self.decode = decode
        self.timeout_s = max(timeout_s, 1.0)
        self.retries = retries
        self.transport = transport or transport_for(port)
        self.clock = clock
        self.rest = b""

    async def __aenter__(self) -> Self:
        await ensure_open(self.transport, self.port)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.transport.close()

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """The named registers of the next telegram."""
        names = register_names(profile, registers)
        readout = await self.readout()
        _require_meter(profile, readout, address)
        by_register = obis.values_by_register(profile, readout.values, with_parts(profile, names))
        return as_values(profile, names, by_register, int(self.clock() * 1000))

    async def identify(self, address: str, profile: MeterProfile) -> str:
        """The number the meter sends of itself."""
        readout = await self.readout()
        _require_meter(profile, readout, address)
        return readout.id

    async def readout(self) -> Readout:
        """The next telegram that is whole and sound; a damaged one is waited past `retries` times."""
        await open_and_empty(self.transport, self.port)  # what lies in the buffers may be old
        self.rest = b""
        deadline = time.monotonic() + self.timeout_s
        for left in range(self.retries, -1, -1):
            try:
                return self.decode(await self._next_telegram(deadline))
            except DecodeError as error:
                if not left:
                    raise BadAnswer(error.message, path=self.port.name, hint=error.hint) from error
        raise AssertionError("unreachable")

    async def _next_telegram(self, deadline: float) -> bytes:
        while True:
            telegram, self.rest = self.cut(self.rest[-BUFFER_MAX:])
            if telegram is not None:
                return telegram
            try:
                self.rest += await self.transport.receive(deadline - time.monotonic())
            except TimeoutError:
                raise MeterSilent(
                    f"no whole telegram within {self.timeout_s:.0f} s",
                    path=self.port.name,
                    hint="is the port switched on, the head in place, the baud rate the meter's?",
                ) from None
            except ConnectionError as error:
                await self.transport.close()
                raise LineDown(f"the line broke: {error}", path=self.port.name) from error


def p1_driver(port: Port, **options: Any) -> PushDriver:
    """DSMR P1. The option `crc=False` is for meters before DSMR 4."""
    crc = bool(options.pop("crc", True))
    return PushDriver(port, cut_p1, lambda data: decode_p1(data, crc=crc), **options)


def sml_driver(port: Port, **options: Any) -> PushDriver:
    """SML."""
    return PushDriver(port, cut_sml, decode_sml, **options)


def d0_driver(port: Port, **options: Any) -> PushDriver:
    """IEC 62056-21 mode D: text lines, without request and check character."""
    return PushDriver(port, cut_d0, decode_readout, **options)


def cut_p1(data: bytes) -> tuple[bytes | None, bytes]:
    """From `/` to the end of the line that starts with `!`."""
    start = data.find(b"/")
    if start < 0:
        return None, b""
    mark = data.find(b"!", start)
    end = data.find(b"\n", mark) if mark >= 0 else -1
    if end < 0:
        return None, data[start:]
    return data[start : end + 1], data[end + 1 :]


def cut_d0(data: bytes) -> tuple[bytes | None, bytes]:
    """The same for seven-bit bytes."""
    try:
        return cut_p1(without_parity(data))
    except DecodeError:
        return None, data[1:]


def cut_sml(data: bytes) -> tuple[bytes | None, bytes]:
    """From the start sequence to the end sequence with its CRC."""
    start = data.find(START)
    if start < 0:
        return None, data[-len(START) :]
    data = data[start:]
    again = data.find(START, len(START))
    end = telegram_end(data)
    if again > 0 and (not end or again < end):  # the first one was cut
        return None, data[again:]
    return (data[:end], data[end:]) if end else (None, data)


def _require_meter(profile: MeterProfile, readout: Readout, address: str) -> None:
    """WrongMeter if the address is a number and the meter sends another."""
    if len(address) >= 6 and readout.id and address.lower() != readout.id.lower():
        raise WrongMeter(f"the meter says it is {readout.id}, not {address}", hint="was the meter exchanged?")
    heads = [mark.starts_with for mark in profile.identify if mark.starts_with]
    head = dict(readout.facts).get("identification", readout.id)
    if heads and not any(head.startswith(start) for start in heads):
        raise WrongMeter(f"the meter says it is {head}, not one of {profile.id}", hint="choose another profile")
