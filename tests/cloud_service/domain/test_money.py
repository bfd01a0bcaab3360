"""Money is exact until it is rounded, once, in the digits of its currency."""

from decimal import Decimal

import pytest

from cloud_service.domain.money import currency_digits, exact, plain, round_cash, round_money
from common.errors import InputError

D = Decimal


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        pytest.param("0.005", "EUR", "0.01", id="half a cent goes up"),
        pytest.param("0.00499999999999", "EUR", "0.00", id="less than half a cent does not"),
        pytest.param("-0.005", "EUR", "-0.01", id="half a cent of credit goes away from zero"),
        pytest.param("3.685", "USD", "3.69", id="a product that parked an account elsewhere"),
        pytest.param("1300000.5", "KRW", "1300001", id="won have no decimals"),
        pytest.param("1.2345", "KWD", "1.235", id="dinars have three"),
        pytest.param("1.23456", "CLF", "1.2346", id="a unit of account has four"),
    ],
)
def test_amounts_are_rounded_to_the_currency(amount: str, currency: str, expected: str) -> None:
    assert D(expected) == round_money(D(amount), currency)


@pytest.mark.parametrize(
    ("way", "expected"),
    [("half_up", "0.13"), ("half_even", "0.12"), ("half_down", "0.12"), ("down", "0.12"), ("up", "0.13")],
)
def test_a_half_goes_the_way_the_tariff_says(way: str, expected: str) -> None:
    assert D(expected) == round_money(D("0.125"), "EUR", way)  # type: ignore[arg-type]  # the five ways


@pytest.mark.parametrize("amount", [0.1, float("nan")])
def test_a_float_is_refused(amount: float) -> None:
    with pytest.raises(InputError, match="float"):
        round_money(amount, "EUR")  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "one", ""])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a number"):
        exact(text, "charges[0].price")


@pytest.mark.parametrize("code", ["eur", "EURO", "E1R", ""])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(InputError, match="not a currency"):
        currency_digits(code)


@pytest.mark.parametrize(
    ("amount", "step", "expected"),
    [("13.47", "0.05", "13.45"), ("13.48", "0.05", "13.50"), ("2.50", "1", "3"), ("-2.50", "1", "-3")],
)
def test_cash_is_rounded_to_the_smallest_coin(amount: str, step: str, expected: str) -> None:
    assert D(expected) == round_cash(D(amount), D(step))


@pytest.mark.parametrize(
    ("number", "text"),
    [("1E+3", "1000"), ("1E-7", "0.0000001"), ("1.500", "1.5"), ("-0.00", "0"), ("100", "100"), ("0", "0")],
)
def test_decimals_are_written_without_exponents(number: str, text: str) -> None:
    assert text == plain(D(number))
