"""What the meters of an invoice counted, from what the books froze."""

from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.documents.metering.billed_use import readings_of, uses_of
from cloud_service.documents.paper import MeterReading, MonthEnergy, UtilityUse
from tests.cloud_service.documents.test_from_invoice import contract, invoice, line

D = Decimal
DAYS = (date(2026, 10, 1), date(2026, 10, 31))
SOURCE: dict[str, Any] = {
    "register_id": 1, "register": "import", "meter": "M1", "name": "1.8.0", "unit": "kWh", "multiplier": "40",
    "counted": 4_500,
}  # fmt: skip


def uses(*contracts: dict[str, Any], utility: str = "mixed") -> tuple[UtilityUse, ...]:
    """The use of an invoice over some contracts."""
    return uses_of(invoice([line()], basis={"contracts": list(contracts)}), utility, DAYS)


def reading(**changes: Any) -> MeterReading:
    """The row of a register of a contract in Berlin."""
    sources = [SOURCE | changes]
    billed = invoice([line()], basis={"contracts": [contract(timezone="Europe/Berlin") | {"sources": sources}]})
    return readings_of(billed.basis.contracts)[0]


def test_each_utility_has_its_use_in_its_unit_and_contracts_of_one_are_added() -> None:
    power, heat = {"counted": 298_000, "unit": "kWh"}, {"counted": 50_000, "unit": "kWh"}
    water = {"counted": 81_500, "unit": "m3"}

    assert [("electricity", "kWh", D(596)), ("water", "m3", D("81.5")), ("heat", "kWh", D(50))] == [
        (use.utility, use.unit, use.quantity)
        for use in uses(
            contract() | power, contract(utility="water") | water, contract(utility="heat") | heat, contract() | power
        )
    ]


def test_an_old_bill_says_the_electricity_that_it_knows_and_nought_of_nothing_else() -> None:
    assert [("electricity", D(298))] == [
        (use.utility, use.quantity)
        for use in uses(contract() | {"energy": 298_000}, contract(utility="water") | {"energy": 0})
    ]


def test_months_are_those_of_which_something_is_known_and_the_billed_ones_are_marked() -> None:
    months = [["2026-08-01", 1_000], ["2026-10-01", 2_500]]
    (use,) = uses(contract() | {"counted": 2_500, "unit": "kWh", "usage": months})

    assert (MonthEnergy(date(2026, 8, 1), D(1)), MonthEnergy(date(2026, 10, 1), D("2.5"), billed=True)) == use.months


def test_a_register_shows_its_index_at_both_ends_with_the_day_at_the_site() -> None:
    row = reading(opened=["2026-09-30T22:00:00Z", 1_000], closed=["2026-10-31T23:00:00Z", 5_500])

    assert (D(1), D("5.5"), D(180)) == (row.previous, row.current, row.consumption)
    assert (date(2026, 10, 1), date(2026, 11, 1)) == (row.previous_day, row.current_day)
    assert (False, False) == (row.estimated, row.previous_estimated)


def test_an_index_that_nobody_read_says_so_at_its_end() -> None:
    old = reading(opened=["2026-09-30T22:00:00Z", 1_000, True], closed=["2026-10-31T23:00:00Z", 5_500])
    new = reading(opened=["2026-09-30T22:00:00Z", 1_000], closed=["2026-10-31T23:00:00Z", 5_500, True])

    assert [(True, False), (False, True)] == [(row.previous_estimated, row.estimated) for row in (old, new)]


def test_indexes_of_an_old_bill_are_shown_with_their_first_and_last_value() -> None:
    indexes = [["2026-11-01T00:00:00+00:00", 5_500], ["2026-10-01T00:00:00+00:00", 1_000]]
    old = {key: value for key, value in SOURCE.items() if key != "counted"} | {"indexes": indexes}
    billed = invoice([line()], basis={"contracts": [contract() | {"sources": [old]}]})
    row = readings_of(billed.basis.contracts)[0]

    assert (D(1), D("5.5"), D(180)) == (row.previous, row.current, row.consumption)


def test_billed_intervals_are_shown_with_their_sum() -> None:
    row = reading()

    assert (None, None, D(180), "import") == (row.previous, row.current, row.consumption, row.counts)
