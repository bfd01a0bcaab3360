from dataclasses import replace
from decimal import Decimal

import pytest

from cloud_service.domain.tariffs.price_sheet.holes import sheet_faults
from cloud_service.domain.tariffs.price_sheet.sheet import CounterPrice, Item
from tests.cloud_service.domain.tariffs.price_sheet.sheets import COUNTERS, ECONOMY


@pytest.mark.parametrize(
    ("row", "path", "text"),
    [
        (CounterPrice("Night", None, "night"), "counters-1-price", "a price is missing"),
        (CounterPrice(" ", Decimal(1), "night"), "counters-1-label", "called on the bill"),
        (CounterPrice("Night", Decimal(1), " "), "counters-1-counter", "which counter"),
        (CounterPrice("Night", Decimal(1), "day"), "counters-1-counter", "day has a price already"),
        (CounterPrice("Night", Decimal(1), "import"), "counters-1-counter", "one counter"),
        (CounterPrice("Sun", Decimal(1), "export_day"), "counters-1-counter", "does not count what is used"),
    ],
)
def test_what_a_counter_leaves_open_is_said_at_its_cell(row: CounterPrice, path: str, text: str) -> None:
    (fault,) = sheet_faults(replace(ECONOMY, counters=(COUNTERS[0], row)))
    assert (path, True) == (fault.path, text in fault.message)


def test_a_sheet_without_counters_has_no_price() -> None:
    assert ["counters-0-price"] == [fault.path for fault in sheet_faults(replace(ECONOMY, counters=()))]


def test_counters_of_water_are_no_counters_of_electricity() -> None:
    faults = sheet_faults(replace(ECONOMY, utility="water"))
    assert ["counters-0-counter", "counters-1-counter"] == [fault.path for fault in faults]
    water = tuple(replace(row, counter=name) for row, name in zip(COUNTERS, ("garden", "water_house"), strict=True))
    assert [] == sheet_faults(replace(ECONOMY, utility="water", counters=water))


@pytest.mark.parametrize("per", ["unit", "kw"])
def test_what_counters_do_not_say_is_refused_where_it_is_asked_for(per: str) -> None:
    item = Item("Levy", Decimal(1), per)  # type: ignore[arg-type]  # one of the codes
    assert ["items-0-per"] == [fault.path for fault in sheet_faults(replace(ECONOMY, items=(item,)))]
