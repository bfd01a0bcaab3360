"""From the registers at a service point to the usage that rating takes: meters exchanged, multiplied, added up exactly.

What is not there is refused with its reason, never taken for zero; one refused connection is parked, others go on.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from cloud_service.domain.pricing.usage import Intervals, RegisterUsage, Total
from cloud_service.domain.rating.billed_register import register_source
from cloud_service.domain.rating.index_usage import index_usage
from cloud_service.domain.rating.interval_usage import interval_usage
from cloud_service.domain.rating.read_between import NO_WORDS, RegisterWords, register_words
from cloud_service.domain.rating.register_readings import MountedRegister, SpanReadings
from cloud_service.domain.rating.register_source import RegisterSource
from cloud_service.domain.rating.span_ends import is_one_difference
from common.errors import InputError
from common.period import Span, day_start
from common.reading import Kind, Unit

BESIDE = ("export", "reactive_import", "reactive_export", "apparent")  # counted beside what is taken


@dataclass(frozen=True, slots=True)
class MeteredUsage:
    """Usage of one contract by engine register name, and what it was read from, to be frozen with the invoice."""

    registers: dict[str, RegisterUsage]
    sources: list[RegisterSource]
    rates: dict[str, list[str]] = field(default_factory=dict)  # registers that count parts of one quantity
    words: dict[str, RegisterWords] = field(default_factory=dict)  # what was read of each, for people

    @property
    def signature(self) -> tuple[tuple[str, object], ...]:
        """Equal for connections that can be rated as one matrix."""
        return tuple(
            (
                name,
                (usage.step_s, usage.scale, usage.spread_s, bool(usage.spread))
                if isinstance(usage, Intervals)
                else (usage.start, usage.end, usage.scale),
            )
            for name, usage in sorted(self.registers.items())
        )


def engine_name(register: MountedRegister, utility: str) -> str:
    """The name under which a tariff prices this register."""
    if utility not in ("electricity", ""):
        return utility
    if "reactive" in register.quantity or register.unit == Unit.KVARH:
        return "reactive_export" if register.direction == "export" else "reactive_import"
    if "apparent" in register.quantity or register.unit == Unit.KVAH:
        return "apparent"
    return "export" if register.direction == "export" else "import"


def metered_usage(
    mounted: Sequence[MountedRegister], utility: str, readings: SpanReadings, priced: Container[str] | None = None
) -> MeteredUsage:
    """The usage of the span from all registers mounted in it; registers of one name at different times are joined.

    What is counted beside the consumption and has no price (`priced`; all have one unless given) is left out where it
    was not read.
    """
    groups = groups_of(mounted, utility)
    if not readings.so_far:
        _refuse_unmounted([register for group in groups.values() for register in group], readings)
    registers: dict[str, RegisterUsage] = {}
    sources: list[RegisterSource] = []
    rates: dict[str, list[str]] = {}
    register_texts: dict[str, RegisterWords] = {}
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
            of_members = [register_source(name, member, readings) for member in members]
            register_text = register_words(members, of_members, readings)
            if register_text != NO_WORDS:
                register_texts[name] = register_text
            sources += of_members
    if not registers:
        raise left_out or InputError("no meter with a billed register is mounted", code="no_meter")
    return MeteredUsage(registers, sources, rates, register_texts)


def groups_of(mounted: Sequence[MountedRegister], utility: str) -> dict[str, list[MountedRegister]]:
    """The registers by the engine's name.

    A maximum register counts nothing: it is no second register of the meter's energy, and has no usage.
    """
    counting = [register for register in mounted if register.kind != Kind.MAXIMUM]
    groups: dict[str, list[MountedRegister]] = {}
    for register in counting:
        groups.setdefault(_group(register, utility, counting), []).append(register)
    return groups


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
    days, starts = readings.span.days, _starts_of_days(readings.span, readings.zone_name)
    covered = 0  # so many of the days, from the first on
    for first, last in sorted(_days_touched(register, starts) for register in mounted):
        covered = max(covered, last) if first <= covered else covered
    if covered < days:
        raise InputError(
            f"no meter with a billed register is mounted on {readings.span.start + timedelta(days=covered)}",
            code="no_meter",
            hint="record the mounting, or end the contract with the meter",
        )


def _days_touched(register: MountedRegister, starts: Sequence[datetime]) -> tuple[int, int]:
    """The first of some days on which it hung there for a moment, and the one after the last, by their beginnings."""
    gone = len(starts) - 1 if register.dismounted is None else bisect_left(starts, register.dismounted)
    return max(bisect_right(starts, register.mounted) - 1, 0), gone


@lru_cache(maxsize=512)
def _starts_of_days(span: Span, zone_name: str) -> tuple[datetime, ...]:
    """When each day of a span begins, and when the last one ends."""
    return (*(day_start(day, zone_name) for day in span), day_start(span.end, zone_name))


def _group(register: MountedRegister, utility: str, mounted: Sequence[MountedRegister]) -> str:
    """The engine's name; registers of one meter that share it (several rates) keep their own names behind it."""
    name = engine_name(register, utility)
    mount = (register.meter, register.mounted)
    same = [other for other in mounted if (other.meter, other.mounted) == mount and engine_name(other, utility) == name]
    if len(same) == 1:
        return name
    own = register.name.removeprefix(f"{name}_")  # import_night is that, and no import_import_night
    return f"{name}_{register.name if own in [other.name for other in same] else own}"
