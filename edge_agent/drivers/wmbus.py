"""Radio meters (wireless M-Bus) heard by a receiver that prints each telegram as a line of hexadecimal digits.

rtl_wmbus, wmbusmeters' receivers and most serial sticks in text mode do; of a line the last run of hexadecimal digits
counts. Meters send when they like, so a read gives the newest telegram since the last commit.
"""

import asyncio
import contextlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Self

from common.errors import DecodeError, InputError
from common.profile import MeterProfile
from edge_agent.drivers.codecs.mbus_match import mismatch, values_by_register
from edge_agent.drivers.codecs.mbus_telegram import Telegram
from edge_agent.drivers.codecs.wmbus_telegram import decode_wireless
from edge_agent.drivers.interface import LineDown, MeterRefused, MeterSilent, RegisterValue, WrongMeter, register_names
from edge_agent.drivers.lines.opening import ensure_open
from edge_agent.drivers.values import as_values, with_parts
from edge_agent.transports import transport_for
from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

TELEGRAM = re.compile(rb"(?:0x)?([0-9A-Fa-f]{22,600})\|?\s*$")
LINE_MAX = 4096
METERS_MAX = 2000
LISTEN_S = 1.0
NUMBER = re.compile(r"[0-9A-F]{8}")


class HeardTelegram(NamedTuple):
    """The bytes of a telegram from its length byte on, and when it came (milliseconds since 1970)."""

    raw: bytes
    at_ms: int


class WirelessDriver:
    """One receiver; the address of a meter is the eight digits on its label, `keys` maps these to AES keys."""

    def __init__(
        self,
        port: Port,
        *,
        keys: Mapping[str, str] | None = None,
        timeout_s: float = 0.0,
        retries: int = 0,  # noqa: ARG002 - every driver takes it; radio meters cannot be asked
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.port = port
        self.keys = {number: _key(number, key) for number, key in (keys or {}).items()}
        self.wait_s = timeout_s
        self.transport = transport or transport_for(port)
        self.clock = clock
        self.heard: OrderedDict[str, HeardTelegram] = OrderedDict()
        self.given: dict[str, bytes] = {}
        self.listener: asyncio.Task[None] | None = None
        self.news = asyncio.Event()

    async def __aenter__(self) -> Self:
        await ensure_open(self.transport, self.port)
        self.listener = asyncio.create_task(self._listen(), name=f"radio {self.port.name}")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self.listener is not None:
            self.listener.cancel()
            await asyncio.gather(self.listener, return_exceptions=True)
        await self.transport.close()

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """The values of the newest telegram of this meter since the last commit."""
        names = register_names(profile, registers)
        telegram, raw, at_ms = await self._telegram(address)
        why = mismatch(profile, telegram)
        if why:
            raise WrongMeter(f"meter {address} is no {profile.models[0]}: {why}", path=self.port.name)
        self.given[address] = raw
        return as_values(
            profile, names, values_by_register(profile, telegram.records, with_parts(profile, names)), at_ms
        )

    async def committed(self, address: str) -> None:
        """Forget the telegram handed over, unless a newer one has come."""
        raw = self.given.pop(address, b"")
        heard = self.heard.get(address)
        if heard is not None and heard.raw == raw:
            del self.heard[address]

    async def identify(self, address: str, profile: MeterProfile) -> str:
        """The meter's number, if it is heard and of the profile's model."""
        telegram, _, _ = await self._telegram(address)
        why = mismatch(profile, telegram)
        if why:
            raise WrongMeter(f"meter {address} is no {profile.models[0]}: {why}", path=self.port.name)
        return telegram.id

    async def _telegram(self, address: str) -> tuple[Telegram, bytes, int]:
        if not NUMBER.fullmatch(address.upper()):
            raise InputError(f"{address!r} is no meter number", hint="the eight digits on the meter's label")
        deadline = time.monotonic() + self.wait_s
        while address.upper() not in self.heard:
            if self.listener is not None and self.listener.done():
                raise LineDown("the receiver is gone", path=self.port.name, hint="is it plugged in and running?")
            left = deadline - time.monotonic()
            if left <= 0:
                hint = "is it in reach of the receiver, and is the mode (T1, C1, S1) right?"
                raise MeterSilent("no new telegram has come", path=f"{self.port.name} {address}", hint=hint)
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), min(left, LISTEN_S))
        raw, at_ms = self.heard[address.upper()]
        try:
            return decode_wireless(raw, self.keys.get(address)), raw, at_ms
        except DecodeError as error:
            self.heard.pop(address.upper(), None)
            refused = MeterRefused(error.message, path=f"{self.port.name} {address}", hint=error.hint, code=error.code)
            raise refused from error

    async def _listen(self) -> None:
        """Keep the newest telegram of each meter."""
        buffer = b""
        while True:
            try:
                buffer += await self.transport.receive(LISTEN_S)
            except TimeoutError:
                continue
            *lines, buffer = buffer[-LINE_MAX:].split(b"\n")
            for line in lines:
                self._keep_telegram(line)

    def _keep_telegram(self, line: bytes) -> None:
        match = TELEGRAM.search(line)
        if match is None or len(match[1]) % 2:
            return
        raw = bytes.fromhex(match[1].decode("ascii"))
        number = raw[4:8][::-1].hex().upper()
        self.heard[number] = HeardTelegram(raw, int(self.clock() * 1000))
        self.heard.move_to_end(number)
        if len(self.heard) > METERS_MAX:
            self.heard.popitem(last=False)
        self.news.set()


def _key(number: str, text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 16:
        raise InputError(f"the key of {number} has not 32 hexadecimal digits", path="keys")
    return key
