"""Export and net metering: credits, what is carried over, what ends."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.record_json import to_json
from cloud_service.domain.rating.calculator import calculate
from cloud_service.domain.rating.rated_contract import rating_of
from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import (
    MARCH,
    amounts,
    bill,
    energy,
    make_document,
    make_tariff,
    steady,
    total,
)

D = Decimal


QUARTER = Span(date(2026, 1, 1), date(2026, 4, 1))


def months(kw: str, back_kw: str, *charges: dict[str, Any], **rest: Any) -> list[RatingResult]:
    """Three months of steady use and steady export."""
    registers = {"import": steady(kw, QUARTER, "UTC", 60), "export": steady(back_kw, QUARTER, "UTC", 60)}
    return calculate(make_tariff(*charges, **rest), registers, QUARTER, "UTC")


def test_export_is_a_credit() -> None:
    tariff = make_tariff(energy(price="0.30"), {"kind": "export", "price": "0.08"})

    rating = bill(tariff, total("300"), export=total("500"))

    assert ["90.00", "-40.00"] == amounts(rating)
    assert D("-0.08") == rating.lines[1].price


def test_export_of_nothing_is_zero_without_a_sign() -> None:
    tariff = make_tariff(energy(), {"kind": "export", "price": "0.08"})

    lines = rating_of(bill(tariff, total("300"), export=total("0")), tariff).lines

    assert "0.00" == to_json(lines[1])["amount"]


def test_a_connection_without_the_register_is_refused_unless_it_may_have_none() -> None:
    with pytest.raises(InputError, match="register 'export'"):
        bill(make_tariff(energy(), {"kind": "export", "price": "0.08"}), total("300"))
    assert 1 == len(
        bill(make_tariff(energy(), {"kind": "export", "price": "0.08", "optional": True}), total("300")).lines
    )


def test_credit_reduces_the_chosen_lines_and_the_rest_waits() -> None:
    ratings = months(
        "1", "1", energy(price="0.10"), {"kind": "export", "price": "0.15", "carry": {"of": ["energy"]}},
        {"kind": "standing", "amount": "5", "per": "month"},
    )  # fmt: skip

    assert [D("5.00")] * 3 == [month.total for month in ratings]
    assert [D("37.20"), D("70.80"), D("108.00")] == [month.history.money_credit["export"] for month in ratings]


def test_credit_may_only_help_from_the_next_month_on() -> None:
    ratings = months(
        "1",
        "1",
        energy(price="0.10"),
        {"kind": "export", "price": "0.10", "carry": {"of": ["energy"], "usable": "next"}},
    )

    assert [D("74.40"), D("0.00"), D("0.00")] == [month.total for month in ratings]
    assert [D("74.40"), D("74.40"), D("74.40")] == [month.history.money_credit["export"] for month in ratings]


@pytest.mark.parametrize(
    ("ends", "last"), [pytest.param("lose", "0.00", id="lost"), pytest.param("pay", "-108.00", id="paid")]
)
def test_credit_ends_with_its_month(ends: str, last: str) -> None:
    carry = {"of": ["energy"], "expires": 3, "ends": ends}

    ratings = months("1", "1", energy(price="0.10"), {"kind": "export", "price": "0.15", "carry": carry})

    assert D(last) == ratings[-1].total
    assert D(0) == ratings[-1].history.money_credit["export"]


def test_a_minimum_does_not_count_a_payment_of_ended_credit() -> None:
    carry = {"of": ["energy"], "expires": 3, "ends": "pay"}
    least = {"kind": "minimum", "amount": "10", "credits": "ignore"}

    ratings = months("1", "1", energy(price="0.10"), {"kind": "export", "price": "0.15", "carry": carry}, least)

    assert [D("10.00"), D("10.00"), D("-98.00")] == [month.total for month in ratings]


@pytest.mark.parametrize(
    ("charge", "path"),
    [
        pytest.param(energy(price="0.1", netting={"expires": 3}), "charges[0].netting.expires", id="kept energy"),
        pytest.param(
            {"kind": "export", "register": "import", "price": "0.1", "carry": {"expires": 3}},
            "charges[0].carry.expires",
            id="kept money",
        ),
        pytest.param(
            {"kind": "minimum", "amount": "10", "per": "year", "year_ends": 3},
            "charges[0].year_ends",
            id="a yearly sum",
        ),
    ],
)
def test_what_ends_inside_a_bill_is_refused(charge: dict[str, Any], path: str) -> None:
    """A bill of March and April cannot say what was used before the first of April."""
    tariff = make_tariff({**charge, **({"of": ["*"]} if charge["kind"] == "minimum" else {})})
    two = Span(MARCH.start, date(2026, 5, 1))

    with pytest.raises(InputError) as refused:
        bill(tariff, total("100", two), two, export=total("200", two))
    assert ("ends_inside", path) == (refused.value.code, refused.value.path)


def test_a_credit_is_no_part_of_what_it_reduces() -> None:
    """10 of energy less 2 of another export are 8 that 5 of credit reduce to 3."""
    other, own = ({"kind": "export", "id": name, "price": price} for name, price in (("a", "0.02"), ("b", "0.05")))
    carried = own | {"carry": {"of": ["energy", "export"]}}

    rating = bill(make_tariff(energy(price="0.10"), other, carried), total("100"), export=total("100"))

    assert ["10.00", "-2.00", "-5.00"] == amounts(rating)
    assert ["Energy", "Export", "Export"] == [line.label for line in rating.lines]


@pytest.mark.parametrize("of", [["energy"], ["supply"], ["a", "supply"], ["*"]])
def test_two_credits_do_not_reduce_the_same_line_twice(of: list[str]) -> None:
    """Each earns 20, the energy is 10: the second finds nothing left, or is refused as it does not know the first."""
    first = {"kind": "export", "id": "a", "price": "0.2", "carry": {"of": ["energy"]}}
    second = {"kind": "export", "id": "b", "register": "generation", "price": "0.2", "carry": {"of": of}}
    document = make_document(energy(id="supply", price="0.1"), first, second)

    if {"a", "*"}.isdisjoint(of):
        with pytest.raises(InputError, match="the credit of 'a' reduces the same charges") as refused:
            load_tariff(document)
        assert "charges[2].carry.of" == refused.value.path
        return
    rating = bill(load_tariff(document), total("100"), export=total("100"), generation=total("100"))
    assert D("0.00") == rating.total
    assert {"a": D("10.00"), "b": D("20.00")} == rating.history.money_credit
