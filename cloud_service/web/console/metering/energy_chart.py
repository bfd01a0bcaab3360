"""The chart over the energy table: a bar a day or month, its estimated part hatched, the compared spans as lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cloud_service.flow.metering.energy_report import EnergyReport
from cloud_service.store.metering.energy.measured_windows import DayEnergy
from cloud_service.web.charts import axis_text, nice_ceiling
from cloud_service.web.language import formatting
from cloud_service.web.language.sentences import gettext as _
from common.period import Span

DAYS_SHOWN = 92  # from here on months are shown
LEFT, TOP, BOTTOM = 52, 10, 26
LABEL_HALF = 18  # half the width of a label, which must not be cut at the right edge


@dataclass(frozen=True, slots=True)
class ChartStep:
    """A day or month: what was counted, the share that was not measured, and what was counted in the other spans."""

    name: str
    short: str
    energy: Decimal | None
    estimated: Decimal
    others: tuple[Decimal | None, ...]
    title: str


@dataclass(frozen=True, slots=True)
class EnergyBar:
    """A bar in the units of the viewBox; `hatched` is the height of its part that was not measured."""

    x: float
    y: float
    width: float
    height: float
    hatched: float
    title: str


@dataclass(frozen=True, slots=True)
class EnergyChart:
    """Bars, lines of points, grid lines (y, text) and labels below (x, text) in a box of `width` × `height`."""

    width: int
    height: int
    left: int
    bars: tuple[EnergyBar, ...]
    lines: tuple[tuple[str, ...], ...]  # of each compared span its unbroken pieces, as points
    grid: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]


def chart_steps(report: EnergyReport) -> list[ChartStep]:
    """The days of the span, or its months where it is long; beside each what the other spans have at its place."""
    span, unit = report.spans.span, report.charted.unit if report.charted else ""
    if report.hours:
        return [_step(name, name, [of.get(hour) for of in report.hours], unit) for hour, name in _hour_names(report)]
    by_month = span.days > DAYS_SHOWN
    sums = [_sums(days, of.start, by_month=by_month) for days, of in zip(report.chart, report.spans.all, strict=True)]
    return [
        _step(name, short, [of.get(place) for of in sums], unit)
        for place, (name, short) in enumerate(_names(span, by_month=by_month))
    ]


def _hour_names(report: EnergyReport) -> list[tuple[int, str]]:
    """The hours of all days by the clock; a day of 25 hours goes on after its 24th."""
    count = max([24 * report.spans.span.days, *(hour + 1 for hours in report.hours for hour in hours)])
    return [(hour, f"{hour % 24:02d}:00" if hour < 24 * report.spans.span.days else "+1 h") for hour in range(count)]


def _names(span: Span, *, by_month: bool) -> list[tuple[str, str]]:
    if not by_month:
        return [(formatting.day(day, "long"), formatting.month(day, "d MMM")) for day in span]
    last = span.end - timedelta(days=1)
    firsts = [date(at // 12, at % 12 + 1, 1) for at in range(_months(span.start), _months(last) + 1)]
    return [(formatting.month(first, "MMMM y"), formatting.month(first)) for first in firsts]


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def _sums(days: Mapping[date, DayEnergy], start: date, *, by_month: bool) -> dict[int, DayEnergy]:
    """The place of a day or month in its span -> what was counted there."""
    sums: dict[int, DayEnergy] = {}
    for day, counted in days.items():
        place = _months(day) - _months(start) if by_month else (day - start).days
        before = sums.get(place, DayEnergy())
        sums[place] = DayEnergy(
            before.energy + counted.energy, before.known_s + counted.known_s, before.estimated_s + counted.estimated_s
        )
    return sums


def _step(name: str, short: str, counted: Sequence[DayEnergy | None], unit: str) -> ChartStep:
    now, *others = counted
    estimated = Decimal(now.estimated_s) / now.known_s if now and now.known_s else Decimal(0)
    energy = now.energy if now and now.known_s else None
    said = formatting.number(energy, 1) if energy is not None else formatting.NOTHING
    title = _("%(period)s: %(energy)s %(unit)s", period=name, energy=said, unit=unit)
    return ChartStep(name, short, energy, min(estimated, Decimal(1)), tuple(
        other.energy if other and other.known_s else None for other in others
    ), title)  # fmt: skip


def wide_and_narrow(steps: Sequence[ChartStep]) -> tuple[EnergyChart, EnergyChart]:
    """For a wide page and for a telephone: a picture scales its letters, so each width has its own."""
    return _drawn(steps, 760, 260, 12), _drawn(steps, 340, 220, 5)


def _drawn(steps: Sequence[ChartStep], width: int, height: int, labels: int) -> EnergyChart:
    values = [value for step in steps for value in (step.energy, *step.others) if value is not None]
    ceiling, plot = nice_ceiling(max(values, default=Decimal(0))), height - TOP - BOTTOM
    slot = (width - LEFT) / max(len(steps), 1)

    def tall(value: Decimal) -> float:
        return float(max(value, Decimal(0)) / ceiling) * plot

    bars = []
    for place, step in enumerate(steps):
        if step.energy is not None:
            bar_height = tall(step.energy)
            hatched = bar_height * float(step.estimated)
            x = LEFT + slot * (place + 0.2)
            bars.append(EnergyBar(x, TOP + plot - bar_height, slot * 0.6, bar_height, hatched, step.title))
    others = range(len(steps[0].others)) if steps else ()
    every = max(-(-len(steps) // labels), 1)
    middles = [LEFT + slot * (place + 0.5) for place in range(len(steps))]
    labelled = list(zip(middles, steps, strict=True))[::every]
    return EnergyChart(
        width, height, LEFT, tuple(bars),
        tuple(_pieces([step.others[n] for step in steps], slot, lambda of: TOP + plot - tall(of)) for n in others),
        tuple((TOP + plot * (4 - quarter) / 4, axis_text(ceiling * quarter / 4)) for quarter in range(5)),
        tuple((x, step.short) for x, step in labelled if x < width - LABEL_HALF),
    )  # fmt: skip


def _pieces(values: Sequence[Decimal | None], slot: float, height_of: Callable[[Decimal], float]) -> tuple[str, ...]:
    """The line through the values, broken where there is none."""
    pieces: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{LEFT + slot * (place + 0.5):.1f},{height_of(value):.1f}")
    return tuple(" ".join(piece) for piece in pieces if len(piece) > 1)
