"""The engine's lines as records: exact numbers in their shortest form, amounts with all their digits."""

from decimal import Decimal

import pytest

from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT, is_coin, rated_line, shortest, unsigned_zero
from tests.cloud_service.domain.builders import JANUARY, bill, energy, make_tariff, total
from tests.cloud_service.domain.invoicing.builders import make_rated_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12.500", "12.5"), ("100", "100"), ("0.0000005", "0.0000005"), ("-0.00", "0"), ("0.000", "0")],
)
def test_an_exact_number_loses_its_trailing_zeros_and_nothing_else(text: str, expected: str) -> None:
    assert expected == format(shortest(Decimal(text)), "f")


def test_many_digits_stay() -> None:
    number = Decimal("1." + "3" * 60)

    assert number == shortest(number)


def test_an_amount_keeps_its_digits_and_nothing_has_no_sign() -> None:
    assert ["0.00", "-1.50"] == [str(unsigned_zero(Decimal(text))) for text in ("-0.00", "-1.50")]


def test_a_line_of_the_engine_says_the_same_as_a_record() -> None:
    result = bill(make_tariff(energy(price="0.2500")), total("101", JANUARY), JANUARY)

    line = rated_line(result.lines[0], OUTSIDE_VAT)

    assert ("energy", "kWh", JANUARY) == (line.charge, line.unit, result.lines[0].span)
    assert (Decimal(101), "0.25", "25.25") == (line.quantity, str(line.price), str(line.amount))
    assert result.lines[0].why == line.why


def test_only_the_line_that_rounds_a_total_is_a_coin() -> None:
    assert [False, True] == [is_coin(make_rated_line(path=path)) for path in ("charges[0]", "rounding.cash")]
