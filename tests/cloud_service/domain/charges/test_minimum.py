"""Minimum charges: what is missing to a month, a day or a year."""

from decimal import Decimal

import pytest

from tests.cloud_service.domain.builders import (
    JANUARY,
    amounts,
    bill,
    energy,
    make_tariff,
    total,
)

D = Decimal


def test_a_minimum_adds_what_is_missing() -> None:
    tariff = make_tariff(energy(price="0.10"), {"kind": "minimum", "amount": "12"})

    assert ["5.00", "7.00"] == amounts(bill(tariff, total("50")))
    assert ["20.00"] == amounts(bill(tariff, total("200")))


def test_a_minimum_per_day_grows_with_the_days() -> None:
    tariff = make_tariff(energy(price="0.10"), {"kind": "minimum", "amount": "0.392", "per": "day"})

    assert ["5.00", "7.15"] == amounts(bill(tariff, total("50")))  # 31 × 0.392 = 12.152


@pytest.mark.parametrize(("credits_", "expected"), [("count", "32.00"), ("ignore", "12.00")])
def test_a_negative_sum_may_count_as_nothing(credits_: str, expected: str) -> None:
    least = {"kind": "minimum", "amount": "12", "credits": credits_}
    tariff = make_tariff(energy(price="0.10"), {"kind": "export", "price": "0.10"}, least)

    assert ["10.00", "-30.00", expected] == amounts(bill(tariff, total("100"), export=total("300")))


def test_a_yearly_minimum_is_settled_in_its_last_month() -> None:
    tariff = make_tariff(energy(price="0.10"), {"kind": "minimum", "amount": "100", "per": "year", "year_ends": 3})
    january = bill(tariff, total("500", JANUARY), JANUARY)

    march = bill(tariff, total("300"), history=january.history)

    assert ["50.00"] == amounts(january)
    assert ["30.00", "20.00"] == amounts(march)
    assert D(0) == march.history.year_to_date["minimum"]
