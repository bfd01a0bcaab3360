"""Contracted capacity: of the connection, and what was drawn above it."""

from decimal import Decimal

import pytest

from common.errors import InputError
from tests.cloud_service.domain.builders import (
    amounts,
    bill,
    make_tariff,
    steady,
)

D = Decimal


def test_the_contracted_capacity_comes_from_the_connection() -> None:
    charge = {"kind": "capacity", "price": "2", "excess_price": "5", "contracted_kw": "10"}

    assert ["20.00"] == amounts(bill(make_tariff(charge), steady("9")))
    assert ["12.00", "15.00"] == amounts(bill(make_tariff(charge), steady("9"), values={"contracted_kw": D(6)}))


def test_excess_within_the_tolerance_is_free() -> None:
    charge = {"kind": "capacity", "price": "2", "excess_price": "5", "contracted_kw": "10", "tolerance_percent": "5"}

    assert 1 == len(bill(make_tariff(charge), steady("10.4")).lines)
    assert 2 == len(bill(make_tariff(charge), steady("10.6")).lines)


def test_an_unknown_contract_is_refused() -> None:
    with pytest.raises(InputError, match="no contracted capacity"):
        bill(make_tariff({"kind": "capacity", "price": "2"}), steady())
