"""From the registers at a service point to the usage that rating takes: meters exchanged, multiplied, added up exactly.

What is not there is refused with its reason, never taken for zero; one refused connection is parked, others go on.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from cloud_service.domain.pricing.usage import Intervals, Ints, Register, Total
from common.errors import InputError
from common.period import Span, day_start, intervals_in_day
from common.reading import Kind

MULTIPLIER_SCALE = 4  # decimal places of a CT × VT multiplier
THOUSANDTHS = 3
SHOWN = 3  # missing days that a reason names


@dataclass(frozen=True, slots=True)
class Counter:
    """A register at a service point between two instants, with the multiplier of its mount."""

    register_id: int
    name: str
    quantity: str
    direction: str
    unit: str
    kind: str
    digits: int | None
    step_s: int
    meter: str
    mounted: datetime
    dismounted: datetime | None
    multiplier: Decimal
    opening: int | None
    closing: int | None


@dataclass(frozen=True, slots=True)
class PackedDays:
    """The days of a register in order: int64 little-endian thousandths, day after day."""

    days: tuple[date, ...]
    step_s: int
    mixed: bool  # days of different steps
    body: bytes
    missing: tuple[int, ...]  # of each day, intervals without a usable value


@dataclass(frozen=True, slots=True)
class Reads:
    """What is known of many registers over a span: validated days, and indexes of those without days."""

    span: Span
    zone_name: str
    days: Mapping[int, PackedDays]
    indexes: Mapping[int, Sequence[tuple[datetime, int]]]
    so_far: bool = False  # what is not there yet counts as nothing: for balances, never for invoices


@dataclass(frozen=True, slots=True)
class Measured:
    """Usage of one contract by engine register name, and what it was read from, to be frozen with the invoice."""

    registers: dict[str, Register]
    sources: list[dict[str, Any]]
    rates: dict[str, list[str]] = field(default_factory=dict)  # registers that count parts of one quantity

    @property
    def signature(self) -> tuple[tuple[str, object], ...]:
        """Equal for connections that can be rated as one matrix."""
        return tuple(
            (name, (r.step_s, r.scale) if isinstance(r, Intervals) else (r.start, r.end, r.scale))
            for name, r in sorted(self.registers.items())
        )


def engine_name(counter: Counter, utility: str) -> str:
    """The name under which a tariff prices this register."""
    if utility not in ("electricity", ""):
        return utility
    if "reactive" in counter.quantity:
        return "reactive_export" if counter.direction == "export" else "reactive_import"
    if "apparent" in counter.quantity:
        return "apparent"
    return "export" if counter.direction == "export" else "import"


def measure(counters: Sequence[Counter], utility: str, reads: Reads) -> Measured:
    """The usage of the span from all registers mounted in it; registers of one name at different times are joined.

    A maximum register counts nothing: it is no second counter beside the meter's energy, and has no usage.
    """
    counters = [counter for counter in counters if counter.kind != Kind.MAXIMUM]
    if not reads.so_far:
        _refuse_unmounted(counters, reads)
    groups: dict[str, list[Counter]] = {}
    for counter in counters:
        groups.setdefault(_group(counter, utility, counters), []).append(counter)
    registers: dict[str, Register] = {}
    sources: list[dict[str, Any]] = []
    rates: dict[str, list[str]] = {}
    for name, members in groups.items():
        if (quantity := engine_name(members[0], utility)) != name:
            rates.setdefault(quantity, []).append(name)
        if reads.so_far or any(member.register_id in reads.days for member in members):
            registers[name] = _intervals(members, reads)
        else:
            registers[name] = _total(members, reads)
        sources += [_source(name, member, reads) for member in members]
    if not registers:
        raise InputError("no meter with a billed register is mounted", code="no_meter")
    return Measured(registers, sources, rates)


def _refuse_unmounted(counters: Sequence[Counter], reads: Reads) -> None:
    """Refuse a day on which no meter hung for a moment: what was used then is not known, and not nothing."""
    if not counters or any(_whole(counter, reads) for counter in counters):
        return
    for day in reads.span:
        first, last = day_start(day, reads.zone_name), day_start(day + timedelta(days=1), reads.zone_name)
        if not any(c.mounted < last and (c.dismounted is None or c.dismounted > first) for c in counters):
            raise InputError(
                f"no meter with a billed register is mounted on {day}",
                code="no_meter",
                hint="record the mounting, or end the contract with the meter",
            )


def _group(counter: Counter, utility: str, counters: Sequence[Counter]) -> str:
    """The engine's name; registers of one meter that share it (several rates) keep their own names behind it."""
    name = engine_name(counter, utility)
    rivals = [
        c
        for c in counters
        if (c.meter, c.mounted) == (counter.meter, counter.mounted) and engine_name(c, utility) == name
    ]
    return name if len(rivals) == 1 else f"{name}_{counter.name}"


@lru_cache(maxsize=512)
def _offsets(start: date, end: date, zone_name: str, step_s: int) -> dict[date, int]:
    """Position of each day's first step, and of the end."""
    found, position = {}, 0
    for day in Span(start, end):
        found[day] = position
        position += intervals_in_day(day, zone_name, step_s)
    found[end] = position
    return found


def _intervals(members: Sequence[Counter], reads: Reads) -> Intervals:
    span, days = reads.span, reads.days
    if (
        len(members) == 1
        and members[0].multiplier == 1
        and members[0].register_id in days
        and _whole(members[0], reads)
    ):
        packed = days[members[0].register_id]
        if len(packed.days) == span.days and not any(packed.missing) and not packed.mixed:
            values = np.frombuffer(packed.body, dtype="<i8")
            if len(values) == _offsets(span.start, span.end, reads.zone_name, packed.step_s)[span.end]:
                return Intervals(values.astype(np.int64, copy=False), packed.step_s)
    return _joined(members, reads)


def _whole(counter: Counter, reads: Reads) -> bool:
    """Whether the register hung there all the span."""
    first, last = day_start(reads.span.start, reads.zone_name), day_start(reads.span.end, reads.zone_name)
    return counter.mounted <= first and (counter.dismounted is None or counter.dismounted >= last)


def _joined(members: Sequence[Counter], reads: Reads) -> Intervals:
    """Several mounts, multipliers or gaps: day by day, each day covered by at least one whole mount or an exchange."""
    span, days = reads.span, reads.days
    steps = {days[m.register_id].step_s for m in members if m.register_id in days}
    if reads.so_far and not steps:
        steps = {members[0].step_s}
    if len(steps) != 1 or any(days[m.register_id].mixed for m in members if m.register_id in days):
        raise InputError("the registers have days of different steps", code="mixed_steps")
    step_s = steps.pop()
    offsets = _offsets(span.start, span.end, reads.zone_name, step_s)
    scale = THOUSANDTHS if all(m.multiplier == int(m.multiplier) for m in members) else THOUSANDTHS + MULTIPLIER_SCALE
    total: Ints = np.zeros(offsets[span.end], dtype=np.int64)
    covered: set[date] = set()
    for member in members:
        packed = days.get(member.register_id)
        if packed is None:
            continue
        factor = int(member.multiplier.scaleb(scale - THOUSANDTHS))
        values = np.frombuffer(packed.body, dtype="<i8")
        position = lost = 0
        for day, missing in zip(packed.days, packed.missing, strict=True):
            count = intervals_in_day(day, reads.zone_name, step_s)
            first, last = _mounted_steps(member, day, reads.zone_name, step_s)
            if first < last:
                lost += _missed(member, missing, count - (last - first))
                at = offsets[day]
                total[at + first : at + last] += values[position + first : position + last] * factor
                covered.add(day)
            position += count
        if lost and not reads.so_far:
            raise InputError(
                f"{lost} intervals of register {member.name} of meter {member.meter} have no usable value",
                code="missing_intervals",
                hint="estimate or substitute them, then run the billing again",
            )
    if not reads.so_far:
        _refuse_gaps(covered, span, members[0])
    return Intervals(total, step_s, scale)


def _mounted_steps(counter: Counter, day: date, zone_name: str, step_s: int) -> tuple[int, int]:
    """The steps of a day that touch the mount: a meter that hung elsewhere before or after is not counted here."""
    start, count = day_start(day, zone_name), intervals_in_day(day, zone_name, step_s)
    first = int((counter.mounted - start).total_seconds() // step_s)
    last = count if counter.dismounted is None else -int((start - counter.dismounted).total_seconds() // step_s)
    return max(first, 0), min(last, count)


def _missed(counter: Counter, missing: int, outside: int) -> int:
    """Intervals without a value that should have one: an interval register has none in the steps outside its mount.

    An index register counts nothing there, and nothing is missing.
    """
    return max(missing - outside, 0) if counter.kind == "interval" else missing


def _refuse_gaps(covered: set[date], span: Span, counter: Counter) -> None:
    missing = [day for day in span if day not in covered]
    if missing:
        named = ", ".join(day.isoformat() for day in missing[:SHOWN]) + (" …" if len(missing) > SHOWN else "")
        raise InputError(
            f"register {counter.name} of meter {counter.meter} has no readings for {len(missing)} of {span.days} days: "
            + named,
            code="missing_days",
            hint="estimate or import them, then run the billing again",
        )


def _total(members: Sequence[Counter], reads: Reads) -> Total:
    """Differences of indexes at the span's (or mount's) ends; between two readings the index grows evenly by time."""
    span = reads.span
    first, last = day_start(span.start, reads.zone_name), day_start(span.end, reads.zone_name)
    scale = THOUSANDTHS if all(m.multiplier == int(m.multiplier) for m in members) else THOUSANDTHS + MULTIPLIER_SCALE
    value = 0
    for member in members:
        points = _points(member, reads.indexes.get(member.register_id, ()))
        opened, closed = max(first, member.mounted), min(last, member.dismounted or last)
        used = _index_at(points, closed, member) - _index_at(points, opened, member)
        value += used * int(member.multiplier.scaleb(scale - THOUSANDTHS))
    return Total(value, span.start, span.end, scale)


def _points(counter: Counter, readings: Sequence[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """Known indexes in order, rollovers undone, with the opening and closing index of the mount."""
    points = dict(readings)
    if counter.opening is not None:
        points[counter.mounted] = counter.opening
    if counter.closing is not None and counter.dismounted is not None:
        points[counter.dismounted] = counter.closing
    inside = [(at, value) for at, value in sorted(points.items()) if _inside(counter, at)]
    found: list[tuple[datetime, int]] = []
    turn, before = 0, None
    for at, value in inside:
        if before is not None and value < before:
            turn += _turn(counter, before, value)
        found.append((at, value + turn))
        before = value
    return found


def _inside(counter: Counter, at: datetime) -> bool:
    return counter.mounted <= at and (counter.dismounted is None or at <= counter.dismounted)


def _turn(counter: Counter, before: int, value: int) -> int:
    """What a rollover adds; an index that fell without one is refused, never billed as a negative."""
    turn = 10 ** (counter.digits + THOUSANDTHS) if counter.digits else 0
    if not turn or before - value < turn // 2:
        raise InputError(
            f"the index of register {counter.name} of meter {counter.meter} fell from {before} to {value} thousandths",
            code="index_fell",
            hint="record the meter exchange, or correct the reading",
        )
    return turn


def _index_at(points: Sequence[tuple[datetime, int]], at: datetime, counter: Counter) -> int:
    if not points:
        raise InputError(
            f"register {counter.name} of meter {counter.meter} has no readings in or around these days",
            code="missing_index", hint="read or estimate them, then run the billing again",
        )  # fmt: skip
    before = [point for point in points if point[0] <= at]
    after = [point for point in points if point[0] >= at]
    if not before or not after:
        raise InputError(
            f"register {counter.name} of meter {counter.meter} has no reading {'after' if before else 'before'} "
            f"{at:%Y-%m-%d %H:%M} UTC",
            code="missing_index",
        )
    (t0, v0), (t1, v1) = before[-1], after[0]
    if t0 == t1:
        return v0
    return v0 + (v1 - v0) * int((at - t0).total_seconds()) // int((t1 - t0).total_seconds())


def _source(name: str, counter: Counter, reads: Reads) -> dict[str, Any]:
    """What an invoice says of a register it was made from: enough to find it again and to prove it unchanged."""
    facts: dict[str, Any] = {
        "register_id": counter.register_id,
        "register": name,
        "name": counter.name,
        "meter": counter.meter,
        "unit": counter.unit,
        "multiplier": format(counter.multiplier.normalize(), "f"),
    }
    packed = reads.days.get(counter.register_id)
    if packed is not None:
        facts["days"] = [packed.days[0].isoformat(), packed.days[-1].isoformat(), len(packed.days)]
        facts["counted"] = int(np.frombuffer(packed.body, dtype="<i8").sum())
        facts["sha256"] = hashlib.sha256(packed.body).hexdigest()
    else:
        around = (day_start(reads.span.start, reads.zone_name), day_start(reads.span.end, reads.zone_name))
        known = reads.indexes.get(counter.register_id, ())
        facts["indexes"] = [[at.isoformat(), value] for at, value in _around(known, around)]
    return facts


def _around(points: Sequence[tuple[datetime, int]], ends: tuple[datetime, datetime]) -> Sequence[tuple[datetime, int]]:
    """The readings of a span with one neighbour on each side."""
    before = [p for p in points if p[0] <= ends[0]][-1:]
    after = [p for p in points if p[0] >= ends[1]][:1]
    return [*before, *(p for p in points if ends[0] < p[0] < ends[1]), *after]
