"""The geometry of the energy chart: bars with their estimated part, lines that break where nothing is known."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from cloud_service.domain.metering.energy.counted_registers import Measure
from cloud_service.domain.metering.energy.grouping import GroupBy
from cloud_service.domain.metering.energy.spans import compared_spans
from cloud_service.flow.metering.energy_report import EnergyQuestion, EnergyReport
from cloud_service.store.metering.energy.measured_windows import DayEnergy
from cloud_service.web.console.metering.energy_chart import ChartStep, chart_steps, wide_and_narrow
from common.period import Span
from tests.cloud_service.web.conftest import Console


@pytest.fixture
def app(console: Console) -> Flask:
    return console.app


def report(span: Span, *days: dict[date, DayEnergy]) -> EnergyReport:
    measure = Measure("electricity", "kWh", "import")
    spans = compared_spans(span)
    padded = (*days, *([{}] * (len(spans.all) - len(days))))
    return EnergyReport(EnergyQuestion(GroupBy.SITE, span), spans, (), (), measure, padded)


def test_days_stand_beside_the_days_at_their_place_in_the_other_spans(app: Flask) -> None:
    first = date(2026, 11, 2)
    counted = {first: DayEnergy(Decimal(10), 86_400, 43_200)}
    week_before = {first - timedelta(days=7): DayEnergy(Decimal(8), 86_400)}
    with app.test_request_context():
        monday, tuesday, *_rest = chart_steps(report(Span(first, date(2026, 11, 9)), counted, week_before))

    assert (Decimal(10), Decimal("0.5"), (Decimal(8), None)) == (monday.energy, monday.estimated, monday.others)
    assert (None, "2 Nov 2026: 10.0 kWh") == (tuesday.energy, monday.title)


def test_a_long_span_is_shown_by_month(app: Flask) -> None:
    span = Span(date(2026, 1, 1), date(2026, 7, 1))
    counted = {date(2026, 1, 5): DayEnergy(Decimal(1), 10), date(2026, 1, 9): DayEnergy(Decimal(2), 10)}
    with app.test_request_context():
        steps = chart_steps(report(span, counted, {date(2025, 8, 2): DayEnergy(Decimal(7), 10)}))

    assert ["Jan", "Feb", "Mar", "Apr", "May", "Jun"] == [step.short for step in steps]
    assert (Decimal(3), Decimal(7)) == (steps[0].energy, steps[1].others[0])


def step(energy: int | None, *others: int | None, estimated: str = "0") -> ChartStep:
    return ChartStep("x", "x", None if energy is None else Decimal(energy), Decimal(estimated), tuple(
        None if other is None else Decimal(other) for other in others
    ), "x")  # fmt: skip


def test_bars_stay_within_the_picture_and_their_estimated_part_is_hatched() -> None:
    for chart in wide_and_narrow([step(10, 14), step(5, 9, estimated="0.4"), step(None, 3)]):
        assert 2 == len(chart.bars)
        assert all(bar.y >= 0 and bar.x + bar.width <= chart.width for bar in chart.bars)
        assert chart.bars[0].height == pytest.approx(2 * chart.bars[1].height)
        assert chart.bars[1].hatched == pytest.approx(chart.bars[1].height * 0.4)
        assert all(x < chart.width - 18 for x, _text in chart.labels)


def test_a_line_breaks_where_nothing_is_known() -> None:
    wide, _narrow = wide_and_narrow([step(1, 4), step(1, 4), step(1, None), step(1, 4), step(1, 4), step(1, None)])

    assert [2, 2] == [len(points.split()) for points in wide.lines[0]]


def test_nothing_at_all_is_an_empty_chart() -> None:
    assert all(not chart.bars and chart.grid for chart in wide_and_narrow([]))


def test_a_day_is_shown_by_the_hour_and_a_long_one_has_one_more(app: Flask) -> None:
    long_day = Span(date(2026, 10, 25), date(2026, 10, 26))
    hours = tuple({hour: DayEnergy(Decimal(hour), 3600) for hour in range(count)} for count in (25, 24, 24))
    with app.test_request_context():
        steps = chart_steps(replace(report(long_day), hours=hours))

    assert (25, "00:00", "23:00", "+1 h") == (len(steps), steps[0].short, steps[23].short, steps[24].short)
    assert (Decimal(24), None) == (steps[24].energy, steps[24].others[0])
