"""Modbus RTU, TCP, RTU-over-TCP and ASCII. The agent owns retries, pauses and the proof that an answer is the answer.

RTU frames carry neither address nor number, so an answer that comes late looks like the answer to the next request.
After a timeout nothing is believed until a short request of another length than all that are still owed has been
answered: one meter answers in order, so whatever was owed before has then come and gone.
"""

import asyncio
import struct
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Self

from common.errors import InputError
from common.profile import MeterProfile
from common.reading import thousandths
from edge_agent.drivers.decode import register_value, text_value
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterSilent, RegisterValue, WrongMeter, wanted
from edge_agent.drivers.modbus_frames import BUSY, FRAMINGS, GATEWAY_SILENT, Framing, ModbusRefused
from edge_agent.drivers.modbus_pace import Pace
from edge_agent.drivers.modbus_plan import Block, Field, plan
from edge_agent.transports import transport_for
from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

SUNSPEC_BASES = (40000, 0, 50000)
SUNSPEC_MARK = b"SunS"
TIMEOUTS_BEFORE_REOPEN = 3
STRING_WORDS_MAX = 60


class ModbusDriver:
    """One Modbus line with any number of meters."""

    def __init__(
        self,
        port: Port,
        *,
        framing: str = "",
        timeout_s: float = 1.0,
        retries: int = 1,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        framing = framing or ("tcp" if port.scheme == "tcp" else "rtu")
        if framing not in FRAMINGS:
            raise InputError(f"{framing!r} is no Modbus framing", hint=f"one of {', '.join(FRAMINGS)}")
        self.port = port
        self.framing: Framing = FRAMINGS[framing]()
        self.transport = transport or transport_for(port)
        self.pace = Pace(timeout_s=timeout_s, byte_s=port.byte_s)
        self.retries = retries
        self.clock = clock
        self.number = 0
        self.timeouts_in_a_row = 0
        self.plans: dict[tuple[str, tuple[str, ...], int], tuple[Block, ...]] = {}
        self.sunspec: dict[tuple[str, str], int] = {}
        self.known: set[tuple[str, str]] = set()

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.transport.close()

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """All named registers in as few requests as the meter allows."""
        names = wanted(profile, registers)
        unit = unit_of(address)
        if profile.identify and (address, profile.hash) not in self.known:
            await self.check(address, profile)
        base = await self._base(unit, profile) if profile.read.sunspec else 0
        values: dict[str, tuple[Decimal, bytes]] = {}
        for block in self._plan(profile, names, base):
            answer = await self._ask(unit, block.function, block.address, block.count, profile=profile)
            for place in block.fields:
                value = _field_value(place, answer, profile)
                if value is not None:
                    values[place.name] = value
        return _as_values(profile, names, values, int(self.clock() * 1000))

    async def identify(self, address: str, profile: MeterProfile) -> str:
        """Check the profile's marks, then read the serial number."""
        await self.check(address, profile)
        place = profile.serial_number
        if place is None:
            return ""
        words = place.words or (2 if place.type == "u32" else 1)
        base = await self._base(unit_of(address), profile, model=1) if profile.read.sunspec else 0
        function = place.function or profile.read.function
        raw = await self._ask(unit_of(address), function, place.address + base, words, profile=profile)
        return text_value(raw) if place.type == "str" else str(int.from_bytes(raw, "big"))

    async def check(self, address: str, profile: MeterProfile) -> None:
        """WrongMeter if one of the profile's marks does not hold."""
        for mark in profile.identify:
            if mark.address is None:
                continue
            words = mark.words or {"u16": 1, "u32": 2, "u64": 4}[mark.type]
            function = mark.function or profile.read.function
            try:
                raw = await self._ask(unit_of(address), function, mark.address, words, profile=profile)
            except ModbusRefused as error:
                if error.number in (*BUSY, *GATEWAY_SILENT):
                    raise
                raise _wrong(address, profile, f"refuses register {mark.address}") from error
            if not matches(raw, mark.type, mark.one_of, mark.starts_with):
                shown = text_value(raw) if mark.type == "str" else f"0x{raw.hex()}"
                raise _wrong(address, profile, f"register {mark.address} says {shown!r}")
        self.known.add((address, profile.hash))

    async def words(self, address: str, function: int, start: int, count: int) -> bytes:
        """Raw registers, for the installer's tools."""
        return await self._ask(unit_of(address), function, start, count)

    # one question, one answer

    async def _ask(
        self, unit: int, function: int, start: int, count: int, *, profile: MeterProfile | None = None
    ) -> bytes:
        """The bytes of `count` registers; tries again where that can help."""
        if profile is not None:
            self.pace.learn_rules(unit, timeout_ms=profile.read.timeout_ms, gap_ms=profile.read.gap_ms)
        for attempt in range(self.retries + 1):
            is_last = attempt == self.retries
            try:
                await self._resynchronise(unit, function, start)
                return await self._once(unit, function, start, count)
            except (MeterSilent, BadAnswer):
                if is_last:
                    raise
            except ModbusRefused as error:
                if error.number in GATEWAY_SILENT:
                    raise MeterSilent(error.message, path=self._where(unit), hint=error.hint) from error
                error.path = self._where(unit)
                if is_last or error.number not in BUSY:
                    raise
                await asyncio.sleep(self.pace.timeout_s(unit) / 4)
        raise AssertionError("unreachable")

    async def _resynchronise(self, unit: int, function: int, start: int) -> None:
        """Prove that nothing this unit still owes can be mistaken for the next answer."""
        if self.framing.counts or not self.pace.owed(unit):
            return
        count = self.pace.free_length(unit)
        try:
            await self._once(unit, function, start, count)
        except ModbusRefused:  # it may refuse a length; a refusal proves nothing
            await self._drain(unit)
            return
        self.pace.settled(unit)

    async def _once(self, unit: int, function: int, start: int, count: int) -> bytes:
        """Send, wait, check. Raises MeterSilent, BadAnswer, ModbusRefused, LineDown."""
        await self._open()
        await self.pace.quiet(unit)
        self.number = self.number % 0xFFFF + 1
        frame = self.framing.request(struct.pack(">BHH", function, start, count), unit, self.number)
        sent_at = time.monotonic()
        deadline = sent_at + self.pace.answer_s(unit, len(frame), count)
        try:
            self.transport.write(frame)
            answer = await self._matching(unit, function, count, deadline)
        except TimeoutError:
            await self._silent(unit, count)
            raise MeterSilent(
                f"no answer within {deadline - sent_at:.2g} s",
                path=self._where(unit),
                hint="is it powered, is the address right, are A and B swapped? `energy-edge scan` finds meters",
            ) from None
        except BadAnswer as error:
            error.path = self._where(unit)
            self.pace.owe(unit, count)
            await self._drain(unit)
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
            buffer += await self.transport.receive(deadline - time.monotonic())
            found = self.framing.answer(buffer, unit=unit, number=self.number, function=function, count=count)
            if found is not None:
                return found

    async def _silent(self, unit: int, count: int) -> None:
        """After a timeout: remember what is owed, and open the line anew if it seems dead as a whole."""
        self.pace.missed(unit)
        self.pace.owe(unit, count)
        self.timeouts_in_a_row += 1
        if self.timeouts_in_a_row % TIMEOUTS_BEFORE_REOPEN == 0:
            await self.transport.close()
        elif not self.framing.counts:
            await self._drain(unit)

    async def _drain(self, unit: int) -> None:
        """Throw away what is coming until the line is quiet; a stream that has lost its frames is opened anew."""
        if self.framing.counts:
            await self.transport.close()
            return
        quiet_s = self.pace.drain_s(unit)
        until = time.monotonic() + 10 * quiet_s
        try:
            while time.monotonic() < until:
                await self.transport.receive(quiet_s)
        except TimeoutError:
            return
        except ConnectionError:
            await self.transport.close()

    async def _open(self) -> None:
        try:
            await self.transport.open()
        except ConnectionError as error:
            raise LineDown(str(error), path=self.port.name, hint="energy-edge doctor checks the port") from error

    async def _base(self, unit: int, profile: MeterProfile, model: int = 0) -> int:
        """Where the profile's SunSpec model block starts."""
        models = (model,) if model else tuple(profile.options["sunspec_models"])
        key = (str(unit), f"{profile.id}/{model}")
        if key not in self.sunspec:
            self.sunspec[key] = await self._walk(unit, profile, models)
        return self.sunspec[key]

    async def _walk(self, unit: int, profile: MeterProfile, models: tuple[int, ...]) -> int:
        for base in SUNSPEC_BASES:
            try:
                if await self._ask(unit, profile.read.function, base, 2, profile=profile) != SUNSPEC_MARK:
                    continue
            except ModbusRefused:
                continue
            at = base + 2
            for _ in range(64):  # no device has more models; a broken chain must end
                head = await self._ask(unit, profile.read.function, at, 2, profile=profile)
                number, length = struct.unpack(">HH", head)
                if number in models:
                    return at
                if number == 0xFFFF or at + length + 2 > 0xFFFF:
                    break
                at += length + 2
        raise _wrong(str(unit), profile, f"it has no SunSpec model {' or '.join(map(str, models))}")

    def _plan(self, profile: MeterProfile, names: tuple[str, ...], base: int) -> tuple[Block, ...]:
        key = (profile.hash, names, base)
        if key not in self.plans:
            self.plans[key] = plan(profile, names, base=base)
        return self.plans[key]

    def _where(self, unit: int) -> str:
        return f"{self.port.name} unit {unit}"


def unit_of(address: str) -> int:
    """The unit number of an address as written."""
    if not address.isdecimal() or not 0 <= int(address) <= 255:
        raise InputError(
            f"{address!r} is not a Modbus unit", hint="1 to 247; 255 or 0 for a meter with its own IP address"
        )
    return int(address)


def matches(raw: bytes, kind: str, one_of: Sequence[int | str], starts_with: str) -> bool:
    """Whether a mark of a profile holds for what was read."""
    if kind == "str":
        text = text_value(raw)
        return text in one_of or bool(starts_with and text.lower().startswith(starts_with.lower()))
    return int.from_bytes(raw, "big") in one_of


def _wrong(address: str, profile: MeterProfile, why: str) -> WrongMeter:
    return WrongMeter(
        f"the meter at {address} is no {profile.maker} {profile.models[0]}: {why}",
        hint="`energy-edge identify` says which profile fits",
    )


def _field_value(place: Field, answer: bytes, profile: MeterProfile) -> tuple[Decimal, bytes] | None:
    raw = answer[place.start : place.end]
    exponent = 0
    if place.scale_start is not None:
        scale = answer[place.scale_start : place.scale_start + 2]
        exponent = int.from_bytes(scale, "big", signed=True)
        if not -10 <= exponent <= 10:  # 0x8000 means "not implemented"
            return None
        raw += scale
    value = register_value(
        answer[place.start : place.end],
        place.register,
        word_order=profile.read.word_order,
        byte_order=profile.read.byte_order,
        exponent=exponent,
    )
    return None if value is None else (value, raw)


def _as_values(
    profile: MeterProfile, names: Sequence[str], values: dict[str, tuple[Decimal, bytes]], at_ms: int
) -> list[RegisterValue]:
    """Exact values in the order asked for; sums are made here, from one poll."""
    found = []
    for name in names:
        register = profile.registers[name]
        if register.sum:
            parts = [(values.get(part.removeprefix("-")), part.startswith("-")) for part in register.sum]
            if any(part is None for part, _ in parts):
                continue
            value = sum((-part[0] if minus else part[0] for part, minus in parts if part), Decimal(0))
            raw = b"".join(part[1] for part, _ in parts if part)
        elif name in values:
            value, raw = values[name]
        else:
            continue
        found.append(
            RegisterValue(
                register=name,
                unit=register.unit.value,
                kind=register.kind.value,
                value=thousandths(value, name),
                at_ms=at_ms,
                raw=raw,
                profile_id=profile.id,
                profile_hash=profile.hash,
            )
        )
    return found
