"""What rating is given of the registers at a service point: how each was mounted, and what was read from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from common.period import Span, day_start

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
THOUSANDTHS = 3  # the scale of readings: decimals of the register's unit
MULTIPLIER_SCALE = 4  # decimal places of a CT × VT multiplier


@dataclass(frozen=True, slots=True)
class MountedRegister:
    """A register at a service point between two instants, with the multiplier of its mount."""

    register_id: int
    name: str  # as the meter's page shows it: import, T1 ...
    quantity: str  # active_energy, reactive_energy, volume ...
    direction: str  # import or export
    unit: str
    kind: str  # a value of `common.reading.Kind`
    digits: int | None  # before the point, after which its index starts again at 0
    step_s: int
    meter: str  # the meter's number
    mounted: datetime
    dismounted: datetime | None  # None while it is there
    multiplier: Decimal  # CT × VT
    opening: int | None  # index in thousandths at the mounting
    closing: int | None  # index in thousandths at the dismounting

    @property
    def title(self) -> str:
        """The register in the text of a refusal."""
        return f"register {self.name} of meter {self.meter}"

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether it was mounted all the time between two instants."""
        return self.mounted <= start and (self.dismounted is None or self.dismounted >= end)

    @property
    def mounted_ms(self) -> int:
        """When it was mounted, in milliseconds since 1970."""
        return (self.mounted - EPOCH) // timedelta(milliseconds=1)

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether it was mounted at some time between two instants."""
        return self.mounted < end and (self.dismounted is None or self.dismounted > start)


class SharedStep(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one mount has of a step that two share: a meter that was moved, or whose multiplier changed, within it."""

    step: int  # of the day, from 0
    mounted_ms: int  # when that mount began
    value: int


IndexAt = tuple[int, int, int]  # milliseconds since 1970, thousandths, quality


class DayEnds(msgspec.Struct, frozen=True, gc=False):
    """A day's qualities, one a step, and the readings it was made between."""

    qualities: bytes
    entry: IndexAt | None = None  # the last one at or before its start
    exit: IndexAt | None = None  # the last one at or before its end
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PackedDays:
    """The days of a register in order: int64 little-endian thousandths, day after day."""

    days: tuple[date, ...]
    step_s: int
    body: bytes
    missing: tuple[int, ...]  # of each day, intervals without a usable value
    day_steps_s: tuple[int, ...] = ()  # of each day, where they differ

    @property
    def steps_s(self) -> tuple[int, ...]:
        """The step of each day in seconds."""
        return self.day_steps_s or (self.step_s,) * len(self.days)


@dataclass(frozen=True, slots=True)
class SpanReadings:
    """What was read from many registers over a span: validated days, and indexes of those without days."""

    span: Span
    zone_name: str
    days: Mapping[int, PackedDays]  # by register
    indexes: Mapping[int, Sequence[tuple[datetime, int]]]  # by register: instants and thousandths, in their order
    so_far: bool = False  # what is not there yet counts as nothing: for balances, never for invoices
    shared: Mapping[tuple[int, date], Sequence[SharedStep]] = field(default_factory=dict)  # by register and day
    ends: Mapping[int, Sequence[DayEnds]] = field(default_factory=dict)  # by register: see `span_ends`
    spread: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)  # by register: see `spread_spans`
    near: Mapping[int, Sequence[tuple[datetime, int]]] = field(default_factory=dict)  # by register: around the start

    @property
    def start(self) -> datetime:
        """The instant at which the span begins."""
        return day_start(self.span.start, self.zone_name)

    @property
    def end(self) -> datetime:
        """The instant at which it ends."""
        return day_start(self.span.end, self.zone_name)


def scale_of(registers: Sequence[MountedRegister]) -> int:
    """The decimals that the registers' usage needs: those of readings, and of multipliers that are not whole."""
    whole = all(register.multiplier == int(register.multiplier) for register in registers)
    return THOUSANDTHS if whole else THOUSANDTHS + MULTIPLIER_SCALE


def factor_at(register: MountedRegister, scale: int) -> int:
    """What a reading in thousandths is multiplied with to count in units of 10**-scale."""
    return int(register.multiplier.scaleb(scale - THOUSANDTHS))
