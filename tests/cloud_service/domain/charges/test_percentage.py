"""Percentages: of rounded lines, and what they are of the unrounded ones."""

from decimal import Decimal

from tests.cloud_service.domain.builders import (
    amounts,
    bill,
    energy,
    make_tariff,
    total,
)

D = Decimal


def test_percent_is_of_rounded_lines() -> None:
    tariff = make_tariff(energy(price="0.125"), {"kind": "percentage", "percent": "50", "of": ["energy"]})

    rating = bill(tariff, total("1"))

    assert ["0.13", "0.07"] == amounts(rating)  # half of 0.13 is 0.065
    assert D("0.1875") == rating.total_unrounded


def test_percent_of_everything_before_it() -> None:
    tariff = make_tariff(
        energy(price="0.10"),
        {"kind": "standing", "amount": "10", "per": "month"},
        {"kind": "percentage", "percent": "-5", "of": ["*"]},
    )

    assert ["10.00", "10.00", "-1.00"] == amounts(bill(tariff, total("100")))


def test_a_line_over_rounded_lines_says_what_it_is_of_the_unrounded_ones() -> None:
    least = {"kind": "minimum", "amount": "12"}
    half = {"kind": "percentage", "percent": "50", "of": ["energy"]}

    rating = bill(make_tariff(energy(price="0.0042"), half, least), total("1002"))  # 4.2084

    assert [D("4.2084"), D("2.1042"), D("5.6874")] == [line.amount_unrounded for line in rating.lines]
    assert "; 4.21 EUR × 0.5 = 2.105, unrounded 2.1042; " in rating.lines[1].why
    assert "; 5.68 EUR × 1 = 5.68, unrounded 5.6874; " in rating.lines[2].why
