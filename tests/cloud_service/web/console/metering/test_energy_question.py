"""What an address of the energy page means."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask

from cloud_service.domain.metering.energy.counted_registers import Measure
from cloud_service.domain.metering.energy.figures import Comparison, SpanEnergy
from cloud_service.domain.metering.energy.grouping import Group, GroupBy
from cloud_service.domain.metering.energy.report import EnergyRow
from cloud_service.web.console.metering.energy_question import chosen_rows, energy_address
from common.period import Span
from tests.cloud_service.web.conftest import Console

TODAY = date(2026, 11, 20)
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def app(console: Console) -> Flask:
    return console.app


@pytest.mark.parametrize(
    ("query", "span"),
    [
        ("", Span(date(2026, 11, 1), TODAY)),
        ("span=last_month", OCTOBER),
        ("from=2026-10-01&to=2026-10-31", OCTOBER),
        ("from=2026-10-05", Span(date(2026, 10, 5), date(2026, 10, 6))),
        ("span=month&was=month&from=2026-10-01&to=2026-10-31", OCTOBER),  # typed while a name was shown
        ("span=last_month&was=&from=2026-09-01&to=2026-09-02", OCTOBER),  # a name chosen while days were shown
    ],
)
def test_a_span_is_named_or_typed(app: Flask, query: str, span: Span) -> None:
    with app.test_request_context(f"/meters/energy?{query}"):
        address = energy_address(TODAY)

    assert span == address.question.span
    assert span.end.toordinal() - 1 == address.last_day.toordinal()


def test_nonsense_pages_are_the_first_one_and_filters_are_read(app: Flask) -> None:
    with app.test_request_context("/meters/energy?by=client&site=x&utility=gas&page=-3&q=+Ann+&sort=name"):
        address = energy_address(TODAY)

    assert (GroupBy.CLIENT, "x", "gas") == (
        address.question.by, address.question.places.site, address.question.places.utility,
    )  # fmt: skip
    assert (1, "Ann", False) == (address.page, address.text, address.descending)


def row(name: str, energy: int, percent: int | None = None) -> EnergyRow:
    before = None if percent is None else Comparison(Decimal(1), Decimal(1), Decimal(percent))
    measure = Measure("electricity", "kWh", "import")
    return EnergyRow(Group(name, name), measure, SpanEnergy(Decimal(energy)), before, None, ())


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Down", "Up", "Big", "Small"]),
        ("sort=name", ["Big", "Down", "Small", "Up"]),
        ("sort=energy", ["Big", "Up", "Down", "Small"]),
        ("sort=energy&dir=asc", ["Small", "Down", "Up", "Big"]),
        ("q=SMA", ["Small"]),
        ("quality=gaps", []),
    ],
)
def test_the_largest_difference_comes_first_unless_another_order_is_asked_for(
    app: Flask, query: str, names: list[str]
) -> None:
    rows = (row("Small", 1), row("Up", 3, 40), row("Big", 9), row("Down", 2, -60))
    with app.test_request_context(f"/meters/energy?{query}"):
        assert names == [chosen.group.name for chosen in chosen_rows(rows, energy_address(TODAY))]
