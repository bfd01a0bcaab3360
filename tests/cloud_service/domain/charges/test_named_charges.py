"""What percentages, minimums, credits and taxes mean by a name: one charge, or all of a kind that none is called by."""

from typing import Any

import pytest

from common.errors import InputError
from tests.cloud_service.domain.builders import amounts, bill, energy, make_tariff, total

FUEL = energy(price="1", id="fuel")
TENTH: dict[str, Any] = {"kind": "percentage", "percent": "10", "of": ["energy"]}


@pytest.mark.parametrize("named", [{"id": "energy"}, {}])
def test_a_percentage_of_a_charge_is_not_of_others_of_the_kind_it_is_called_by(named: dict[str, str]) -> None:
    tariff = make_tariff(energy(price="1", **named), FUEL, TENTH)

    assert ["100.00", "100.00", "10.00"] == amounts(bill(tariff, total("100")))


def test_a_kind_means_all_of_it_where_no_charge_is_called_so() -> None:
    tariff = make_tariff(energy(price="1", id="supply"), FUEL, TENTH)

    assert ["100.00", "100.00", "20.00"] == amounts(bill(tariff, total("100")))


def test_a_charge_of_another_kind_may_have_the_name() -> None:
    standing = {"kind": "standing", "amount": "10", "per": "month", "id": "energy"}
    tariff = make_tariff(FUEL, standing, TENTH)

    assert ["100.00", "10.00", "1.00"] == amounts(bill(tariff, total("100")))


def test_a_minimum_over_one_charge_looks_at_that_one() -> None:
    least = {"kind": "minimum", "amount": "15", "of": ["energy"]}
    tariff = make_tariff(energy(price="0.10", id="energy"), energy(price="0.05", id="levy"), least)

    assert ["10.00", "5.00", "5.00"] == amounts(bill(tariff, total("100")))


def test_a_tax_on_one_charge_is_on_that_one() -> None:
    duty = {"name": "Duty", "label": "Duty", "category": "S", "percent": "20", "on": ["energy"], "default": True}
    rating = bill(make_tariff(energy(price="1", id="energy"), FUEL, taxes=[duty]), total("100"))

    assert ["20.00"] == [format(tax.amount, "f") for tax in rating.taxes]


def test_a_tax_on_a_kind_is_on_all_of_it_where_no_charge_is_called_so() -> None:
    duty = {"name": "Duty", "label": "Duty", "category": "S", "percent": "20", "on": ["energy"], "default": True}
    rating = bill(make_tariff(energy(price="1", id="supply"), FUEL, taxes=[duty]), total("100"))

    assert ["40.00"] == [format(tax.amount, "f") for tax in rating.taxes]


def test_a_charge_that_comes_later_cannot_be_meant() -> None:
    with pytest.raises(InputError, match="there is no charge 'energy' before this one"):
        make_tariff(FUEL, TENTH, energy(price="1", id="energy"))
