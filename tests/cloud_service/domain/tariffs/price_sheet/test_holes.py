from dataclasses import replace
from decimal import Decimal

import pytest

from cloud_service.domain.tariffs.price_sheet.holes import sheet_faults
from cloud_service.domain.tariffs.price_sheet.sheet import HourPrice, Item, PriceSheet, Step, TaxRow
from tests.cloud_service.domain.tariffs.price_sheet.sheets import DAY_AND_NIGHT, HOME, sheet


def said(faulty: PriceSheet) -> list[tuple[str, str]]:
    return [(fault.path, fault.message) for fault in sheet_faults(faulty)]


def test_a_whole_sheet_has_no_fault() -> None:
    assert [] == said(HOME)
    assert [] == said(sheet(pricing="hours", hours=DAY_AND_NIGHT))
    assert [] == said(sheet(pricing="flat", price=Decimal("0.30")))


def test_a_hole_between_two_steps_is_named_at_its_cell() -> None:
    first, second, last = HOME.steps
    assert [("steps-1-start", "nothing covers 30 to 40 kWh")] == said(
        sheet(steps=(first, replace(second, start=Decimal(40)), last))
    )
    assert [("steps-1-start", "20 to 30 kWh would have two prices")] == said(
        sheet(steps=(first, replace(second, start=Decimal(20)), last))
    )
    assert [("steps-0-start", "nothing covers 0 to 5 kWh")] == said(
        sheet(steps=(replace(first, start=Decimal(5)), second, last))
    )


def test_what_lies_above_the_last_step_is_a_hole_too() -> None:
    first, second, last = HOME.steps
    assert [("steps-1-end", "nothing covers more than 100 kWh")] == said(sheet(steps=(first, second)))
    assert [("steps-0-end", "only the last step goes on without an end")] == said(
        sheet(steps=(replace(first, end=None), last))
    )
    assert ("steps-1-end", "25 is not above 30") in said(
        sheet(steps=(first, replace(second, end=Decimal(25)), replace(last, start=None)))
    )


def test_an_hour_of_the_week_without_a_price_is_named() -> None:
    night, weekend, day = DAY_AND_NIGHT
    assert [("hours-1-hours", "nothing covers Monday 06:00 to 22:00")] == said(
        sheet(pricing="hours", hours=(night, weekend))
    )
    assert [("hours-0-hours", "nothing covers Saturday 00:00 to 24:00")] == said(
        sheet(pricing="hours", hours=(HourPrice("Work", Decimal(1), "weekday"),))
    )
    assert [("hours-1-hours", "no hour of the week is left for this row")] == said(
        sheet(pricing="hours", hours=(day, night))
    )


def test_hours_that_are_none_are_refused_at_their_cell() -> None:
    ((path, message),) = said(sheet(pricing="hours", hours=(HourPrice("Night", Decimal(1), "every", "22-6"),)))
    assert "hours-0-hours" == path
    assert "is not a span of hours" in message


@pytest.mark.parametrize(
    ("faulty", "path"),
    [
        (sheet(name=" "), "name"),
        (sheet(start=None), "start"),
        (sheet(until=HOME.start), "until"),
        (sheet(currency="Kes"), "currency"),
        (sheet(pricing="flat"), "price"),
        (sheet(steps=()), "steps-0-price"),
        (sheet(steps=(Step(None, None, None),)), "steps-0-price"),
        (sheet(pricing="hours"), "hours-0-price"),
        (sheet(items=(Item("", Decimal(1)),)), "items-0-label"),
        (sheet(items=(Item("Levy", None),)), "items-0-price"),
        (sheet(utility="water", items=(Item("Demand", Decimal(1), "kw"),)), "items-0-per"),
        (sheet(taxes=(TaxRow("", Decimal(1)),)), "taxes-0-name"),
        (sheet(taxes=(TaxRow("VAT", None),)), "taxes-0-percent"),
        (sheet(taxes=(TaxRow("VAT", Decimal(-1)),)), "taxes-0-percent"),
        (sheet(taxes=(TaxRow("VAT", Decimal(1)), TaxRow("VAT", Decimal(2)))), "taxes-1-name"),
    ],
)
def test_each_fault_stands_at_its_cell(faulty: PriceSheet, path: str) -> None:
    assert [path] == [where for where, _ in said(faulty)]
