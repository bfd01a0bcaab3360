"""Energy of a span by site, client, meter or utility: compared, with quality, gaps and losses; from validated days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from cloud_service.domain.metering.energy.counted_registers import Measure, PlacedRegister, counted_registers
from cloud_service.domain.metering.energy.counted_twice import CountedTwice, counted_twice
from cloud_service.domain.metering.energy.feeding import feeders
from cloud_service.domain.metering.energy.figures import THOUSANDTH, SpanEnergy
from cloud_service.domain.metering.energy.gap_runs import HoledDays, gap_runs
from cloud_service.domain.metering.energy.grouping import GroupBy, Placement, Tenancy, placements
from cloud_service.domain.metering.energy.report import EnergyRow, MeasuredPlacement, energy_table
from cloud_service.domain.metering.energy.spans import ComparedSpans, compared_spans
from cloud_service.domain.metering.energy.split_days import split_day_energy
from cloud_service.domain.metering.energy.windows import RegisterWindow
from cloud_service.store.database.session import Session
from cloud_service.store.metering.energy import bridged_gaps, day_sums, holed_days, placed_registers
from cloud_service.store.metering.energy.day_sums import SummedDays
from cloud_service.store.metering.energy.placed_registers import PlaceFilter
from cloud_service.store.scope import Scope
from common.errors import InputError
from common.period import Span, day_start
from common.reading import Kind

REGISTER_DAYS_MAX = 1_200_000  # what one report may look at: 1,000 meters over three years


@dataclass(frozen=True, slots=True)
class EnergyQuestion:
    """What a report is asked for; the chart draws `charted`, electricity taken unless another measure is named."""

    by: GroupBy
    span: Span
    places: PlaceFilter = field(default_factory=PlaceFilter)
    charted: Measure | None = None


@dataclass(frozen=True, slots=True)
class DayEnergy:
    """A day of the chart: its energy, and the share of it that is not measured."""

    energy: Decimal = Decimal(0)
    known_s: int = 0
    estimated_s: int = 0


Chart = tuple[Mapping[date, DayEnergy], ...]  # of the span itself, the one before, the one of the year before


@dataclass(frozen=True, slots=True)
class EnergyReport:
    """The table, and the days of the measure that is drawn."""

    question: EnergyQuestion
    spans: ComparedSpans
    rows: tuple[EnergyRow, ...]
    sums: tuple[EnergyRow, ...]
    charted: Measure | None
    chart: Chart
    only: Mapping[str, str] = field(default_factory=dict)  # client or meter that it is limited to -> its name


@dataclass(frozen=True, slots=True)
class _Places:
    """What the places of a report are: registers that count, each with its share of its meter's time."""

    registers: Sequence[PlacedRegister]
    shares: Mapping[tuple[int, int], int]
    tenancies: Mapping[int, Sequence[Tenancy]]
    client: str  # the id of the only one that is looked at


def energy_report(session: Session, scope: Scope, question: EnergyQuestion, now: datetime) -> EnergyReport:
    """The report as of now."""
    spans = compared_spans(question.span)
    placed_registers.check_places(session, scope, question.places)
    places = _places(session, scope, question, spans)
    by_span = [
        placements(question.by, places.registers, places.tenancies, span, client=places.client) for span in spans.all
    ]
    _refuse_too_many(by_span)
    feeding = feeders(
        (placement.place for placement in by_span[0]),
        placed_registers.parents(session, scope, question.places.site),
    )
    charted = question.charted or _usual_measure(by_span[0])
    twice = counted_twice(by_span[0], feeding)
    measured, chart = [], []
    for span, placed in zip(spans.all, by_span, strict=True):
        energies, days = _measure(session, placed, [_is_drawn(each, charted, twice) for each in placed])
        if span == spans.span:
            energies = _bridged(session, placed, energies)
        measured.append(
            [_timed(each, energy, span, places, now) for each, energy in zip(placed, energies, strict=True)]
        )
        chart.append(days)
    table = energy_table(question.by, measured, feeding)
    rows = _with_gaps(session, (*table.rows, *table.sums), now)
    return EnergyReport(
        question,
        spans,
        rows[: len(table.rows)],
        rows[len(table.rows) :],
        charted,
        tuple(chart),
        _only(question, places),
    )


def _places(session: Session, scope: Scope, question: EnergyQuestion, spans: ComparedSpans) -> _Places:
    first, after = min(span.start for span in spans.all), question.span.end
    counted = counted_registers(placed_registers.placed_registers(session, scope, question.places, first, after))
    registers = [register for several in counted.values() for register in several]
    shares = {
        (mount, register.register_id): sum(1 for other in several if other.measure == register.measure)
        for mount, several in counted.items()
        for register in several
    }
    points = {register.point_id for register in registers}
    tenancies = placed_registers.tenancies(session, points, first, after)
    return _Places(registers, shares, tenancies, _client_id(tenancies, question.places.client))


def _client_id(tenancies: Mapping[int, Sequence[Tenancy]], client: str) -> str:
    """The id of a client that is named by its id or number."""
    for several in tenancies.values():
        for tenancy in several:
            if client in (tenancy.client_public_id, tenancy.client_number):
                return tenancy.client_public_id
    return client


def _only(question: EnergyQuestion, places: _Places) -> dict[str, str]:
    """The names of the client and the meter that the report is limited to."""
    names = {}
    if question.places.client:
        clients = {
            tenancy.client_public_id: tenancy.client for several in places.tenancies.values() for tenancy in several
        }
        names["client"] = clients.get(places.client, question.places.client)
    if question.places.meter:
        names["meter"] = next((register.meter for register in places.registers), question.places.meter)
    return names


def _refuse_too_many(by_span: Iterable[Sequence[Placement]]) -> None:
    days = sum((each.window.end - each.window.start).days for placed in by_span for each in placed)
    if days > REGISTER_DAYS_MAX:
        raise InputError(
            "these are too many meters over too many days for one report",
            path="span",
            hint="choose a site, a utility or a shorter span",
        )


def _usual_measure(placed: Iterable[Placement]) -> Measure | None:
    """Electricity taken from the grid where there is some, else what comes first."""
    measures = {each.measure for each in placed}
    usual = Measure("electricity", "kWh", "import")
    return usual if usual in measures else min(measures, default=None)


def _is_drawn(placement: Placement, charted: Measure | None, twice: CountedTwice) -> bool:
    return placement.measure == charted and not twice.has(placement)


def _measure(
    session: Session, placed: Sequence[Placement], drawn: Sequence[bool]
) -> tuple[list[SpanEnergy], dict[date, DayEnergy]]:
    """What each placement counted in thousandths, and each day of those that are drawn."""
    windows = [placement.window for placement in placed]
    sums = day_sums.span_sums(session, windows, drawn)
    split_days = day_sums.split_days(session, windows)
    energies = []
    days = {day: _day_energy(summed) for day, summed in sums.days.items()}
    for place, window in enumerate(windows):
        summed = sums.windows.get(place)
        energy = _span_energy(summed) if summed else SpanEnergy()
        for day in window.split:
            if packed := split_days.get((window.register.register_id, day)):
                split_energy = split_day_energy(window, packed)
                energy += split_energy
                if drawn[place]:
                    days[day] = _and_split(days.get(day, DayEnergy()), split_energy)
        energies.append(energy)
    return energies, days


def _bridged(session: Session, placed: Sequence[Placement], energies: Sequence[SpanEnergy]) -> list[SpanEnergy]:
    """With the part of what was estimated that lies between two indexes: the energy of it was measured."""
    windows = {
        place: placement.window
        for place, (placement, energy) in enumerate(zip(placed, energies, strict=True))
        if placement.window.register.kind == Kind.INDEX and energy.estimated_s
    }
    bridged = bridged_gaps.bridged_seconds(session, windows)
    return [
        replace(energy, bridged_s=min(bridged.get(place, 0), energy.estimated_s))
        for place, energy in enumerate(energies)
    ]


def _span_energy(summed: SummedDays) -> SpanEnergy:
    return SpanEnergy(
        summed.energy, known_s=summed.known_s, estimated_s=summed.estimated_s, substituted_s=summed.substituted_s
    )


def _day_energy(summed: SummedDays) -> DayEnergy:
    estimated_s = summed.estimated_s - summed.within_s + summed.substituted_s
    return DayEnergy(summed.energy * THOUSANDTH, summed.known_s, estimated_s)


def _and_split(day: DayEnergy, split: SpanEnergy) -> DayEnergy:
    return DayEnergy(
        day.energy + split.energy * THOUSANDTH,
        day.known_s + split.known_s,
        day.estimated_s + split.estimated_s + split.substituted_s,
    )


def _timed(placement: Placement, energy: SpanEnergy, span: Span, places: _Places, now: datetime) -> MeasuredPlacement:
    """With the time that it should have counted; two rates of a meter share its time."""
    window, register = placement.window, placement.window.register
    share = places.shares[register.mount_id, register.register_id]
    expected_s = window.seconds_until(now) // share
    whole_s = int((day_start(span.end, register.timezone) - day_start(span.start, register.timezone)).total_seconds())
    timed = SpanEnergy(
        energy.energy * THOUSANDTH,
        expected_s,
        min(energy.known_s // share, expected_s),
        (energy.estimated_s - energy.bridged_s) // share,
        energy.substituted_s // share,
        energy.bridged_s // share,
        Decimal(expected_s) / whole_s,
    )
    return MeasuredPlacement(placement, timed)


def _with_gaps(session: Session, rows: Iterable[EnergyRow], now: datetime) -> tuple[EnergyRow, ...]:
    """The rows with the number of their gaps; only registers with missing time are looked at."""
    several = list(rows)
    holed = {
        id(member): member.placement.window for row in several for member in row.members if member.energy.missing_s
    }
    days = holed_days.holed_days(session, holed.values())
    counts: dict[RegisterWindow, int] = {}
    for window in holed.values():
        if window not in counts:
            counts[window] = len(gap_runs(window, days.get(window.register.register_id, HoledDays()), now))
    return tuple(
        replace(row, gaps=sum(counts.get(member.placement.window, 0) for member in row.members)) for row in several
    )
