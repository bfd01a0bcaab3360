"""Standing charges: amounts for time, or times a number of the connection."""

from decimal import Decimal
from typing import Any

import pytest

from common.errors import InputError
from tests.cloud_service.domain.builders import (
    MARCH,
    amounts,
    bill,
    make_tariff,
)

D = Decimal


@pytest.mark.parametrize(
    ("per", "expected"), [("day", "310.00"), ("month", "10.00"), ("year", "0.83"), ("span", "10.00")]
)
def test_a_standing_charge_is_for_time(per: str, expected: str) -> None:
    rating = bill(make_tariff({"kind": "standing", "amount": "10", "per": per}), span=MARCH)

    assert [expected] == amounts(rating)


def test_a_yearly_amount_that_twelve_does_not_divide_keeps_twelve_decimals() -> None:
    line = bill(make_tariff({"kind": "standing", "amount": "10", "per": "year"})).lines[0]

    assert D("0.833333333333") == line.price == line.amount_unrounded


def test_a_standing_charge_times_a_fact_needs_the_fact() -> None:
    tariff = make_tariff({"kind": "standing", "amount": "2", "per": "month", "times": "area_m2"})

    assert ["130.00"] == amounts(bill(tariff, values={"area_m2": D(65)}))
    with pytest.raises(InputError, match="no 'area_m2'"):
        bill(tariff)


@pytest.mark.parametrize(
    ("charge", "name"),
    [
        pytest.param({"kind": "standing", "amount": "2", "per": "month", "times": "meters"}, "meters", id="meters"),
        pytest.param({"kind": "capacity", "price": "2"}, "contracted_kw", id="contracted capacity"),
    ],
)
def test_a_fact_below_zero_is_refused_and_never_a_credit(charge: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError, match="-3 is below 0") as refused:
        bill(make_tariff(charge), values={name: D(-3)})
    assert f"values.{name}" == refused.value.path
