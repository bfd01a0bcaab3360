"""What a new rating of billed days changes."""

from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.invoicing.rebill_difference import (
    ComparedLine,
    compare,
    of_change,
    of_invoice,
    of_rating,
    tax_differences,
)
from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT
from common.errors import ConflictError
from tests.cloud_service.domain.invoicing.builders import NINETEEN, make_billed_line, make_rated_line

BILLED = of_invoice(make_billed_line())


def rated(quantity: int, amount: str, **changes: Any) -> ComparedLine:
    return of_rating(make_rated_line(quantity=Decimal(quantity), amount=Decimal(amount), **changes))


def tax(name: str) -> TaxLine:
    return TaxLine(
        tax=name, label=name, category="S", percent=Decimal(19), base=Decimal(0), amount_unrounded=Decimal(0),
        amount=Decimal(0), path="", why="",
    )  # fmt: skip


def test_equal_lines_drop_out() -> None:
    assert [] == compare([BILLED], [rated(100, "30.00")])


def test_a_changed_line_says_what_it_was_and_what_it_is_now() -> None:
    (change,) = compare([BILLED], [rated(120, "36.00")])

    assert Decimal("6.00") == change.amount
    assert "Energy: 100 kWh → 120 kWh, 30 → 36" == change.why
    assert (Decimal(20), Decimal("6.00"), "0.3") == (
        change.as_line().quantity, change.as_line().amount, change.as_line().price,
    )  # fmt: skip


def test_a_line_that_was_not_billed_and_one_that_is_no_more() -> None:
    gone, new = compare([BILLED], [rated(10, "5.00", price=Decimal("0.50"))])

    assert "Energy: 100 kWh → nothing, 30 → 0" == gone.why
    assert "Energy: not billed → 10 kWh, 0 → 5" == new.why


def test_lines_of_one_charge_and_price_are_compared_in_sum() -> None:
    assert [] == compare([BILLED], [rated(60, "18.00"), rated(40, "12.00")])


def test_the_price_tells_lines_apart_only_for_energy() -> None:
    standing = of_invoice(make_billed_line(charge="standing", price=Decimal(10)))

    assert [] == compare([standing], [rated(100, "30.00", charge="standing", price=Decimal(20))])


def test_a_second_difference_starts_from_what_the_first_has_billed() -> None:
    (first,) = compare([BILLED], [rated(120, "36.00")])
    billed = [BILLED, of_change(first.as_line(), NINETEEN)]

    assert [] == compare(billed, [rated(120, "36.00")])


def test_the_change_of_the_net_is_given_by_vat_rate() -> None:
    outside = rated(1, "4.00", charge="fees", vat=OUTSIDE_VAT)
    vat = tax("vat")

    assert [(vat, Decimal("6.00")), (None, Decimal("4.00"))] == tax_differences(
        [BILLED], [rated(120, "36.00"), outside], [vat, vat]
    )


def test_a_rate_whose_net_stays_has_no_line() -> None:
    assert [] == tax_differences([BILLED], [rated(100, "30.00")], [tax("vat")])


def test_a_line_with_several_taxes_cannot_be_said_in_one_line() -> None:
    with pytest.raises(ConflictError, match="several taxes"):
        tax_differences([BILLED], [rated(120, "36.00")], [tax("vat"), tax("levy")])
