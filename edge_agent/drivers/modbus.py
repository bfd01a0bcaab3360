"""Modbus RTU, TCP, RTU-over-TCP and ASCII: meters read by their profile, in as few requests as they allow."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from common.errors import InputError
from common.profile import Identify, MeterProfile
from edge_agent.drivers.codecs.modbus_columns import RegisterColumn, column_values, columns, exact_value
from edge_agent.drivers.codecs.modbus_frames import BUSY, ModbusRefused
from edge_agent.drivers.codecs.modbus_plan import RegisterBlock, plan, split
from edge_agent.drivers.interface import MeterSilent, RegisterValue, WrongMeter, register_names
from edge_agent.drivers.lines.modbus_line import ModbusLine
from edge_agent.drivers.lines.modbus_sunspec import find_model
from edge_agent.drivers.modbus_words import text_value
from edge_agent.transports.port import Port

NO_SUCH_REGISTERS = (2, 3)  # exceptions: no such address, or not so many registers
COMMON_MODEL = 1  # SunSpec: who made it
WORDS = {"u16": 1, "u32": 2, "u64": 4}

RawByRegister = dict[str, bytes]  # register -> its bytes as they came


@dataclass(slots=True)
class Poll:
    """What one meter is asked for, and what the answers mean; made once, changed when it refuses a request."""

    unit: int
    blocks: tuple[RegisterBlock, ...]
    columns: tuple[RegisterColumn, ...]


class ModbusDriver:
    """One Modbus line with any number of meters. Takes `framing`, `timeout_s`, `retries`, `transport`, `clock`."""

    def __init__(self, port: Port, *, clock: Callable[[], float] = time.time, **options: Any) -> None:
        self.line = ModbusLine(port, **options)
        self.clock = clock
        self.polls: dict[tuple[str, str, tuple[str, ...]], Poll] = {}
        self.plans: dict[
            tuple[str, tuple[str, ...], int], tuple[tuple[RegisterBlock, ...], tuple[RegisterColumn, ...]]
        ] = {}
        self.sunspec: dict[tuple[int, tuple[int, ...]], int] = {}
        self.known: set[tuple[str, str]] = set()

    async def __aenter__(self) -> Self:
        await self.line.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.line.close()

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """The named registers; the first read of a meter proves first that it is the profile's model."""
        return (await self.fetch(address, profile, registers))()

    async def fetch(
        self, address: str, profile: MeterProfile, registers: Sequence[str] = ()
    ) -> Callable[[], list[RegisterValue]]:
        """As `read`; the values come when the result is called."""
        key = (address, profile.hash, tuple(registers))
        names = () if key in self.polls else register_names(profile, registers)
        is_new = (address, profile.hash) not in self.known
        if is_new:
            await self._check_marks(address, profile)
        if names:
            self.polls[key] = await self._prepare(address, profile, names)
        poll = self.polls[key]
        raw_by_register = await self._fetch(poll, profile)
        if is_new:
            await self._check_ranges(address, profile, raw_by_register)
        return partial(column_values, profile, poll.columns, raw_by_register, int(self.clock() * 1000))

    async def identify(self, address: str, profile: MeterProfile) -> str:
        """Check the profile's marks, then read the serial number."""
        await self.check(address, profile)
        place = profile.serial_number
        if place is None:
            return ""
        base = await self._base(unit_of(address), profile, (COMMON_MODEL,))
        function = place.function or profile.read.function
        raw = await self._ask(
            unit_of(address), function, place.address + base, place.words or WORDS[place.type], profile
        )
        return text_value(raw) if place.type == "str" else str(int.from_bytes(raw, "big"))

    async def check(self, address: str, profile: MeterProfile) -> None:
        """WrongMeter if one of the profile's marks does not hold."""
        await self._check_marks(address, profile)
        await self._check_ranges(address, profile, {})

    async def words(self, address: str, function: int, start: int, count: int) -> bytes:
        """Raw registers, for the installer's tools."""
        return await self.line.ask(unit_of(address), function, start, count)

    def _learn_rules(self, unit: int, profile: MeterProfile) -> None:
        """How much time the profile's meters need."""
        self.line.pace.learn_rules(unit, timeout_ms=profile.read.timeout_ms, gap_ms=profile.read.gap_ms)

    async def _check_marks(self, address: str, profile: MeterProfile) -> None:
        self._learn_rules(unit_of(address), profile)
        for mark in profile.identify:
            if mark.address is not None:
                await self._check_mark(address, profile, mark, mark.address)

    async def _check_mark(self, address: str, profile: MeterProfile, mark: Identify, start: int) -> None:
        function, count = mark.function or profile.read.function, mark.words or WORDS[mark.type]
        try:
            raw = await self._ask(unit_of(address), function, start, count, profile)
        except ModbusRefused as error:
            if error.number in BUSY:
                raise
            raise _wrong_meter(address, profile, f"it refuses register {start}") from error
        if not matches(raw, mark):
            content = repr(text_value(raw)) if mark.type == "str" else f"0x{raw.hex()}"
            raise _wrong_meter(address, profile, f"its register {start} says {content}")

    async def _check_ranges(self, address: str, profile: MeterProfile, raw_by_register: RawByRegister) -> None:
        """A value outside its possible range: the bytes mean something else than this profile says."""
        for mark in profile.identify:
            if not mark.register or mark.between is None:
                continue
            if mark.register not in raw_by_register:
                poll = await self._prepare(address, profile, (mark.register,))
                raw_by_register = {**raw_by_register, **await self._fetch(poll, profile)}
            raw = raw_by_register.get(mark.register)
            value = exact_value(profile.registers[mark.register], profile.read, raw) if raw else None
            if value and not mark.between[0] <= value <= mark.between[1]:
                reading = format(value, ".3g")
                raise _wrong_meter(address, profile, f"it would show {mark.register} = {reading}, which cannot be")
        self.known.add((address, profile.hash))

    async def _prepare(self, address: str, profile: MeterProfile, names: tuple[str, ...]) -> Poll:
        """The requests for one meter; all units of a profile share them until one refuses."""
        unit = unit_of(address)
        self._learn_rules(unit, profile)
        base = await self._base(unit, profile)
        key = (profile.hash, names, base)
        if key not in self.plans:
            self.plans[key] = plan(profile, names, base=base), columns(profile, names)
        return Poll(unit, *self.plans[key])

    async def _fetch(self, poll: Poll, profile: MeterProfile) -> RawByRegister:
        raw_by_register: RawByRegister = {}
        for block in poll.blocks:
            raw_by_register |= await self._block(poll, block, profile)
        return raw_by_register

    async def _ask(self, unit: int, function: int, start: int, count: int, profile: MeterProfile) -> bytes:
        try:
            return await self.line.ask(unit, function, start, count)
        except MeterSilent:  # who comes back may be another meter
            self.known.discard((str(unit), profile.hash))
            raise

    async def _block(self, poll: Poll, block: RegisterBlock, profile: MeterProfile) -> RawByRegister:
        """The values of one request. A block that the meter refuses is asked for register by register from now on."""
        try:
            answer = await self._ask(poll.unit, block.function, block.address, block.count, profile)
        except ModbusRefused as error:
            if error.number not in NO_SUCH_REGISTERS:
                raise
            if len(block.fields) == 1:
                if block.fields[0].register.optional:
                    return {}
                raise
            return await self._one_by_one(poll, block, profile)
        return {
            place.name: answer[place.start : place.end] if place.scale_start is None else place.cut(answer)
            for place in block.fields
        }

    async def _one_by_one(self, poll: Poll, refused: RegisterBlock, profile: MeterProfile) -> RawByRegister:
        singles = split(refused)
        poll.blocks = tuple(single for block in poll.blocks for single in (singles if block == refused else (block,)))
        raw_by_register: RawByRegister = {}
        for single in singles:
            raw_by_register |= await self._block(poll, single, profile)
        return raw_by_register

    async def _base(self, unit: int, profile: MeterProfile, models: tuple[int, ...] = ()) -> int:
        """What is added to the profile's addresses: 0, or where the unit's SunSpec model starts."""
        if not profile.read.sunspec:
            return 0
        key = (unit, models or tuple(profile.options["sunspec_models"]))
        if key not in self.sunspec:
            self.sunspec[key] = await find_model(self.line, unit, profile.read.function, key[1])
        return self.sunspec[key]


def unit_of(address: str) -> int:
    """The unit number of an address as written."""
    if not address.isdecimal() or not 0 <= int(address) <= 255:
        hint = "1 to 247; 255 or 0 for a meter with its own IP address"
        raise InputError(f"{address!r} is not a Modbus unit", hint=hint)
    return int(address)


def matches(raw: bytes, mark: Identify) -> bool:
    """Whether a mark of a profile holds for what was read."""
    if mark.type == "str":
        text = text_value(raw)
        return text in mark.one_of or bool(mark.starts_with and text.lower().startswith(mark.starts_with.lower()))
    return int.from_bytes(raw, "big") in mark.one_of


def _wrong_meter(address: str, profile: MeterProfile, why: str) -> WrongMeter:
    return WrongMeter(
        f"the meter at {address} is no {profile.maker} {profile.models[0]}: {why}",
        hint="`energy-edge identify` says which profile fits",
    )
