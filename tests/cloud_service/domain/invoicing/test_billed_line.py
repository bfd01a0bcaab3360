"""Rated lines as lines of an invoice, and the lines that take them back."""

from decimal import Decimal

from msgspec import UNSET

from cloud_service.domain.invoicing.billed_line import LineExplanation, billed_line, taken_back
from common.period import Span
from tests.cloud_service.domain.invoicing.builders import MARCH, make_billed_line, make_rated_line


def test_a_priced_line_keeps_its_quantity_price_days_and_vat() -> None:
    line = billed_line(make_rated_line(), 21)

    assert (Decimal(100), Decimal("0.30"), Decimal("30.00")) == (line.quantity, line.price, line.amount)
    assert ("S", Decimal(19)) == (line.tax_category, line.tax_rate)
    assert Span(MARCH.start, MARCH.end) == line.during
    assert LineExplanation(why="100 × 0.30", path="charges[0]", id="energy", utility="electricity") == line.explanation


def test_a_line_with_a_fixed_amount_is_one_piece_and_its_explanation_has_the_quantity() -> None:
    line = billed_line(make_rated_line(price=None, quantity=Decimal("0.5"), unit="month"), 21)

    assert (Decimal(1), Decimal(30)) == (line.quantity, line.price)
    assert Decimal("0.5") == line.explanation.quantity


def test_numbers_are_kept_to_twelve_places() -> None:
    third = Decimal("0.33333333333333333")

    line = billed_line(make_rated_line(quantity=third, price=third, amount_unrounded=third), None)

    assert [Decimal("0.333333333333")] * 3 == [line.quantity, line.price, line.amount_unrounded]


def test_the_place_stands_behind_the_label_where_several_are_billed() -> None:
    assert "Energy · Flat 7" == billed_line(make_rated_line(), 21, place="Flat 7").label
    assert "Energy" == billed_line(make_rated_line(), 21).label


def test_a_line_is_taken_back_with_the_opposite_sign_at_the_same_price() -> None:
    line = taken_back(make_billed_line(), "INV-1")

    assert (Decimal(-100), Decimal("0.30"), Decimal("-30.00")) == (line.quantity, line.price, line.amount)
    assert ("takes back: 100 × 0.30", "INV-1", UNSET) == (
        line.explanation.why, line.explanation.corrects, line.explanation.quantity,
    )  # fmt: skip


def test_an_estimated_line_says_so_and_others_say_nothing() -> None:
    assert True is billed_line(make_rated_line(estimated=True), 21).explanation.estimated
    assert UNSET is billed_line(make_rated_line(), 21).explanation.estimated
