"""Amounts as payment companies count them: whole smallest units."""

from decimal import Decimal

from cloud_service.domain.money import currency_digits
from common.errors import InputError


def to_minor(amount: Decimal, currency: str, digits: int | None = None) -> int:
    """12.34 EUR -> 1234; an amount with a finer part is refused, never rounded."""
    places = currency_digits(currency) if digits is None else digits
    scaled = amount.scaleb(places)
    if scaled != scaled.to_integral_value():
        raise InputError(f"{amount} {currency} is not a whole number of its smallest unit", path="amount")
    return int(scaled)


def from_minor(count: int, currency: str, digits: int | None = None) -> Decimal:
    """1234 -> 12.34 EUR."""
    places = currency_digits(currency) if digits is None else digits
    return Decimal(count).scaleb(-places)
