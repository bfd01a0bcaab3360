"""Money is `Decimal` and is rounded in one place: `round_money`. A float is refused wherever it comes from."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache, partial
from typing import Literal

from common.errors import InputError

Rounding = Literal["half_up", "half_even", "half_down", "down", "up"]

DIGITS_0 = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
DIGITS_3 = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
DIGITS_4 = frozenset(["CLF", "UYW"])
TWELFTH, TWELFTH_EXPONENT = Decimal("1E-12"), -12
_WAYS = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "half_down": ROUND_HALF_DOWN,
    "down": ROUND_DOWN,
    "up": ROUND_CEILING,
}
_CENTS = {0: Decimal(1), 2: Decimal("0.01"), 3: Decimal("0.001"), 4: Decimal("0.0001")}


def currency_digits(currency: str) -> int:
    """Decimal places of a currency by ISO 4217: 0, 2, 3 or 4."""
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha() or not currency.isupper():  # noqa: PLR2004 -- ISO 4217 codes have three letters
        raise InputError(f"{currency!r} is not a currency code", hint="three capitals of ISO 4217, for example EUR")
    if currency in DIGITS_0:
        return 0
    if currency in DIGITS_3:
        return 3
    return 4 if currency in DIGITS_4 else 2


def cent(currency: str) -> Decimal:
    """The smallest unit in which an amount of that currency is due."""
    return _CENTS[currency_digits(currency)]


def exact(value: Decimal | int | str, path: str = "") -> Decimal:
    """The exact decimal of a value; a float, NaN or infinity is refused."""
    if isinstance(value, float):
        raise InputError("a float is not an exact value", path=path, hint="pass a string or a Decimal")
    try:
        number = Decimal(value)
    except ArithmeticError as error:
        raise InputError(f"{value!r} is not a number", path=path) from error
    if not number.is_finite():
        raise InputError(f"{value} is not a number", path=path)
    return number


@lru_cache(maxsize=256)
def rounder(currency: str, way: Rounding = "half_up") -> Callable[[Decimal], Decimal]:
    """The rounding of a currency's amounts as a function: the only place in the product where money is rounded."""
    return partial(Decimal.quantize, exp=cent(currency), rounding=_WAYS[way])


def round_money(amount: Decimal | int | str, currency: str, way: Rounding = "half_up") -> Decimal:
    """The amount in whole smallest units of the currency. A float is refused."""
    return rounder(currency, way)(exact(amount))


def round_cash(amount: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of the smallest coin `step` (0.05, 1.00), halves away from zero."""
    return (exact(amount) / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def quotient(amount: Decimal) -> Decimal:
    """The result of a division with at most twelve decimals: 10 / 12 has no last digit."""
    exponent = amount.as_tuple().exponent
    return amount.quantize(TWELFTH) if isinstance(exponent, int) and exponent < TWELFTH_EXPONENT else amount


def written(amount: Decimal) -> str:
    """A rounded amount with all digits of its currency; nothing has no sign."""
    return format(amount or abs(amount), "f")


def plain(number: Decimal) -> str:
    """A decimal as people write it: no exponent, no trailing zeros of an unrounded value."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
