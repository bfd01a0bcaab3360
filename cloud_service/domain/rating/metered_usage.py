"""From the registers at a service point to the usage that rating takes: meters exchanged, multiplied, added up exactly.

What is not there is refused with its reason, never taken for zero; one refused connection is parked, others go on.
"""

import hashlib
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType

from cloud_service.domain.pricing.usage import Intervals, RegisterUsage, Total
from cloud_service.domain.rating.index_usage import index_usage
from cloud_service.domain.rating.interval_usage import interval_usage
from cloud_service.domain.rating.register_readings import MountedRegister, SpanReadings
from cloud_service.domain.rating.register_source import DaysRead, IndexRead, RegisterSource
from cloud_service.domain.rating.span_ends import SpanEnds, is_one_difference, span_ends
from common.errors import InputError
from common.period import day_start
from common.reading import Kind

BESIDE = ("export", "reactive_import", "reactive_export", "apparent")  # counted beside what is taken


@dataclass(frozen=True, slots=True)
class MeteredUsage:
    """Usage of one contract by engine register name, and what it was read from, to be frozen with the invoice."""

    registers: dict[str, RegisterUsage]
    sources: list[RegisterSource]
    rates: dict[str, list[str]] = field(default_factory=dict)  # registers that count parts of one quantity

    @property
    def signature(self) -> tuple[tuple[str, object], ...]:
        """Equal for connections that can be rated as one matrix."""
        return tuple(
            (
                name,
                (usage.step_s, usage.scale, usage.spread_s)
                if isinstance(usage, Intervals)
                else (usage.start, usage.end, usage.scale),
            )
            for name, usage in sorted(self.registers.items())
        )


def engine_name(register: MountedRegister, utility: str) -> str:
    """The name under which a tariff prices this register."""
    if utility not in ("electricity", ""):
        return utility
    if "reactive" in register.quantity:
        return "reactive_export" if register.direction == "export" else "reactive_import"
    if "apparent" in register.quantity:
        return "apparent"
    return "export" if register.direction == "export" else "import"


def metered_usage(
    mounted: Sequence[MountedRegister], utility: str, readings: SpanReadings, priced: Container[str] | None = None
) -> MeteredUsage:
    """The usage of the span from all registers mounted in it; registers of one name at different times are joined.

    A maximum register counts nothing: it is no second register of the meter's energy, and has no usage. What is counted
    beside the consumption and has no price (`priced`; all have one unless given) is left out where it was not read.
    """
    mounted = [register for register in mounted if register.kind != Kind.MAXIMUM]
    if not readings.so_far:
        _refuse_unmounted(mounted, readings)
    groups: dict[str, list[MountedRegister]] = {}
    for register in mounted:
        groups.setdefault(_group(register, utility, mounted), []).append(register)
    registers: dict[str, RegisterUsage] = {}
    sources: list[RegisterSource] = []
    rates: dict[str, list[str]] = {}
    left_out: InputError | None = None
    for name, members in groups.items():
        if (quantity := engine_name(members[0], utility)) != name:
            rates.setdefault(quantity, []).append(name)
        try:
            registers[name] = _usage(members, readings)
        except InputError as error:
            if priced is None or quantity not in BESIDE or name in priced or quantity in priced:
                raise
            left_out = error
        else:
            sources += [_source(name, member, readings) for member in members]
    if not registers:
        raise left_out or InputError("no meter with a billed register is mounted", code="no_meter")
    return MeteredUsage(registers, sources, rates)


def _usage(members: Sequence[MountedRegister], readings: SpanReadings) -> RegisterUsage:
    if not readings.so_far and not any(member.register_id in readings.days for member in members):
        return index_usage(members, readings)
    usage = interval_usage(members, readings)
    only = members[0]
    ends = readings.ends.get(only.register_id, ())
    if len(members) == 1 and is_one_difference(only, ends, readings.start, readings.end):
        return Total(int(usage.values.sum()), readings.span.start, readings.span.end, usage.scale)
    return usage


def _refuse_unmounted(mounted: Sequence[MountedRegister], readings: SpanReadings) -> None:
    """Refuse a day on which no meter hung for a moment: what was used then is not known, and not nothing."""
    if not mounted or any(register.covers(readings.start, readings.end) for register in mounted):
        return
    for day in readings.span:
        start, end = day_start(day, readings.zone_name), day_start(day + timedelta(days=1), readings.zone_name)
        if not any(register.touches(start, end) for register in mounted):
            raise InputError(
                f"no meter with a billed register is mounted on {day}",
                code="no_meter",
                hint="record the mounting, or end the contract with the meter",
            )


def _group(register: MountedRegister, utility: str, mounted: Sequence[MountedRegister]) -> str:
    """The engine's name; registers of one meter that share it (several rates) keep their own names behind it."""
    name = engine_name(register, utility)
    mount = (register.meter, register.mounted)
    same = [other for other in mounted if (other.meter, other.mounted) == mount and engine_name(other, utility) == name]
    if len(same) == 1:
        return name
    own = register.name.removeprefix(f"{name}_")  # import_night is that, and no import_import_night
    return f"{name}_{register.name if own in [other.name for other in same] else own}"


def _source(name: str, register: MountedRegister, readings: SpanReadings) -> RegisterSource:
    """What an invoice says of a register it was made from: enough to find it again and to prove it unchanged."""
    source = RegisterSource(
        register_id=register.register_id,
        register=name,
        name=register.name,
        meter=register.meter,
        unit=register.unit,
        multiplier=register.multiplier.normalize(),
    )
    packed = readings.days.get(register.register_id)
    if packed is not None:
        ends = span_ends(register, readings.ends.get(register.register_id, ()), readings.start, readings.end)
        return msgspec.structs.replace(
            source,
            indexes=_indexes(ends, readings),
            estimated=True if ends.estimated else UNSET,
            days=DaysRead(packed.days[0], packed.days[-1], len(packed.days)),
            counted=int(np.frombuffer(packed.body, dtype="<i8").sum()),
            sha256=hashlib.sha256(packed.body).hexdigest(),
        )
    indexes = _around(readings.indexes.get(register.register_id, ()), readings.start, readings.end)
    return msgspec.structs.replace(source, indexes=tuple(IndexRead(at, index) for at, index in indexes))


def _indexes(ends: SpanEnds, readings: SpanReadings) -> tuple[IndexRead, ...] | UnsetType:
    """What the register showed when the span began and when it ended, where both were read (or estimated) then."""
    if ends.opened is None or ends.closed is None:
        return UNSET
    return IndexRead(readings.start, ends.opened), IndexRead(readings.end, ends.closed)


def _around(indexes: Sequence[tuple[datetime, int]], start: datetime, end: datetime) -> Sequence[tuple[datetime, int]]:
    """The readings between two instants with one neighbour on each side."""
    before = [reading for reading in indexes if reading[0] <= start][-1:]
    after = [reading for reading in indexes if reading[0] >= end][:1]
    return [*before, *(reading for reading in indexes if start < reading[0] < end), *after]
