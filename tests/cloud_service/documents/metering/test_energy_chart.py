"""The charts of the last thirteen months, each beside the year before."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.documents.metering.energy_chart import energy_charts
from cloud_service.documents.paper import MonthEnergy, UtilityUse
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import HISTORY, make_paper

D = Decimal
ENGLISH = localizer_for("en_GB")
POWER = UtilityUse("electricity", "kWh", D("1834.25"), HISTORY)


def charts(*uses: UtilityUse) -> dict[str, Any]:
    """The charts of a bill of October 2026 that has some."""
    drawn = energy_charts(make_paper(uses=uses), ENGLISH)
    assert drawn is not None
    return drawn


def bars(*uses: UtilityUse) -> list[dict[str, Any]]:
    """The bars of the first chart."""
    return list(charts(*uses)["charts"][0]["bars"])


def test_a_short_history_is_drawn_as_thirteen_months_of_which_unknown_ones_are_gaps() -> None:
    drawn = bars(replace(POWER, months=(HISTORY[-4], *HISTORY[-2:])))

    assert 13 == len(drawn)
    assert ["", "698", "", "801", "1,834"] == [bar["value"] for bar in drawn[-5:]]
    assert ["Aug", "Sept", "Oct"] == [bar["name"] for bar in drawn[-3:]]


def test_a_month_without_use_says_nought_and_is_no_gap() -> None:
    nothing = replace(POWER, months=(MonthEnergy(date(2026, 9, 1), D(0)), HISTORY[-1]))

    assert ["", "0", "1,834"] == [bar["value"] for bar in bars(nothing)[-3:]]


def test_bars_are_shares_of_the_highest_and_the_billed_month_is_marked() -> None:
    drawn = bars(POWER)

    assert (1.0, True) == (drawn[-1]["height"], drawn[-1]["billed"])
    assert (0.4368, False) == (drawn[-2]["height"], drawn[-2]["billed"])


def test_the_year_before_stands_beside_its_month_and_only_where_it_is_known() -> None:
    drawn = charts(replace(POWER, months=(MonthEnergy(date(2025, 9, 1), D(917)), *HISTORY)))
    before = [bar["before"] for bar in drawn["charts"][0]["bars"]]

    assert [None, 0.5, None] == [before[-3], before[-2] and round(before[-2], 1), before[-1]]
    assert ["this year", "a year before"] == drawn["legend"]
    assert [] == charts(POWER)["legend"]


def test_each_utility_has_a_chart_of_its_own_in_its_unit() -> None:
    water = UtilityUse("water", "m3", D("8.57"), (MonthEnergy(date(2026, 10, 1), D("8.57"), billed=True),))
    drawn = charts(POWER, water)["charts"]

    assert ["Electricity, kWh", "Water, m³"] == [chart["name"] for chart in drawn]
    assert "8.6" == drawn[1]["bars"][-1]["value"]


def test_the_year_stands_below_the_first_bar_and_each_january() -> None:
    assert [(0, "2025"), (3, "2026")] == [(at, bar["year"]) for at, bar in enumerate(bars(POWER)) if bar["year"]]


def test_a_year_without_any_use_has_bars_of_no_height() -> None:
    nothing = replace(POWER, months=(MonthEnergy(date(2026, 10, 1), D(0)),))

    assert {0.0} == {bar["height"] for bar in bars(nothing)}


def test_a_bill_without_months_has_no_chart() -> None:
    assert None is energy_charts(make_paper(uses=(replace(POWER, months=()),)), ENGLISH)


def test_the_values_can_be_heard() -> None:
    assert "Sept 801, Oct 1,834 kWh" in charts(POWER)["charts"][0]["alt"]
