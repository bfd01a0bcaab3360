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
from cloud_service.domain.metering.energy.windows import RegisterWindow
from cloud_service.store.database.session import Session
from cloud_service.store.metering.energy import holed_days, measured_windows, placed_registers
from cloud_service.store.metering.energy.measured_windows import DayEnergy
from cloud_service.store.metering.energy.placed_registers import PlaceFilter
from cloud_service.store.scope import Scope
from common.errors import InputError
from common.period import Span, day_start, local_day

HOURS_SHOWN = 2  # days
REGISTER_DAYS_MAX = 1_200_000  # what one report may look at: 1,000 meters over three years


@dataclass(frozen=True, slots=True)
class EnergyQuestion:
    """What a report is asked for; the chart draws `charted`, electricity taken unless another measure is named."""

    by: GroupBy
    span: Span
    places: PlaceFilter = field(default_factory=PlaceFilter)
    charted: Measure | None = None


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
    hours: tuple[Mapping[int, DayEnergy], ...] = ()  # of each span, where it is so short that hours are drawn
    only: Mapping[str, str] = field(default_factory=dict)  # client or meter that it is limited to -> its name
    first_day: date | None = None  # of which anything is known at these places


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
    measured = [
        _measured(session, placed, _DrawnSpan(span, charted, twice, bridged=span == spans.span), places, now)
        for span, placed in zip(spans.all, by_span, strict=True)
    ]
    table = energy_table(question.by, [each.placements for each in measured], feeding)
    rows = _with_gaps(session, (*table.rows, *table.sums), now)
    return EnergyReport(
        question,
        spans,
        rows[: len(table.rows)],
        rows[len(table.rows) :],
        charted,
        chart=tuple(each.days for each in measured),
        hours=tuple(each.hours for each in measured) if spans.span.days <= HOURS_SHOWN else (),
        only=_only(question, places),
        first_day=_first_day(places.registers),
    )


@dataclass(frozen=True, slots=True)
class _DrawnSpan:
    """A span, what the chart draws of it, and whether what lies between two indexes is told."""

    span: Span
    charted: Measure | None
    twice: CountedTwice
    bridged: bool

    def draws(self, placement: Placement) -> bool:
        """Whether the chart has it: of the measure that is drawn, and counted once."""
        return placement.measure == self.charted and not self.twice.has(placement)


@dataclass(frozen=True, slots=True)
class _MeasuredSpan:
    """What was counted in a span: by placement, and by day and hour of what is drawn."""

    placements: Sequence[MeasuredPlacement]
    days: Mapping[date, DayEnergy]
    hours: Mapping[int, DayEnergy]


def _measured(
    session: Session, placed: Sequence[Placement], drawn: _DrawnSpan, places: "_Places", now: datetime
) -> _MeasuredSpan:
    windows = [each.window for each in placed]
    in_chart = [drawn.draws(each) for each in placed]
    energies, days = measured_windows.measure(session, windows, in_chart)
    if drawn.bridged:
        energies = measured_windows.bridged(session, windows, energies)
    hours = {}
    if drawn.span.days <= HOURS_SHOWN:
        drawn_windows = [window for window, is_drawn in zip(windows, in_chart, strict=True) if is_drawn]
        hours = measured_windows.drawn_hours(session, drawn_windows, drawn.span.start)
    timed = [_timed(each, energy, drawn.span, places, now) for each, energy in zip(placed, energies, strict=True)]
    return _MeasuredSpan(timed, days, hours)


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


def _first_day(registers: Iterable[PlacedRegister]) -> date | None:
    """The first day of which anything is known; none where nothing was ever read."""
    days = [local_day(register.first_known, register.timezone) for register in registers if register.first_known]
    return min(days, default=None)


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
