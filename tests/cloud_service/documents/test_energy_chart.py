"""The chart of the last twelve months."""

from datetime import date
from decimal import Decimal

from cloud_service.documents.energy_chart import energy_chart
from cloud_service.documents.paper import MonthEnergy
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import HISTORY, make_paper

ENGLISH = localizer_for("en_GB")


def test_a_short_history_is_drawn_as_a_year_with_empty_months() -> None:
    bars = energy_chart(make_paper(history=HISTORY[-2:]), ENGLISH)["bars"]

    assert 12 == len(bars)
    assert ["", "801", "1,834"] == [bar["value"] for bar in bars[-3:]]
    assert ["Aug", "Sept", "Oct"] == [bar["name"] for bar in bars[-3:]]


def test_bars_are_shares_of_the_highest_and_the_billed_month_is_marked() -> None:
    bars = energy_chart(make_paper(), ENGLISH)["bars"]

    assert (1.0, True) == (bars[-1]["height"], bars[-1]["billed"])
    assert (0.4368, False) == (bars[-2]["height"], bars[-2]["billed"])


def test_the_year_stands_below_the_first_bar_and_each_january() -> None:
    bars = energy_chart(make_paper(), ENGLISH)["bars"]

    assert [(0, "2025"), (2, "2026")] == [(at, bar["year"]) for at, bar in enumerate(bars) if bar["year"]]


def test_a_year_without_any_use_has_bars_of_no_height() -> None:
    nothing = (MonthEnergy(date(2026, 10, 1), Decimal(0)),)

    assert {0.0} == {bar["height"] for bar in energy_chart(make_paper(history=nothing), ENGLISH)["bars"]}


def test_the_values_can_be_heard() -> None:
    assert "Sept 801, Oct 1,834 kWh" in energy_chart(make_paper(), ENGLISH)["alt"]
