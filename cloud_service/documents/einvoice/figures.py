"""Numbers as an e-invoice writes them: amounts with the places of their currency, never more than the norm has."""

from decimal import Decimal

from cloud_service.domain.money import currency_digits, plain
from common.errors import InputError

PLACES_MAX = 2  # of any amount in EN 16931 (BR-DEC), whatever its currency


def amount_text(amount: Decimal, currency: str) -> str:
    """An amount as it is due; three places that say something cannot be said in the norm."""
    places = min(currency_digits(currency), PLACES_MAX)
    written = amount.quantize(Decimal(1).scaleb(-places))
    if written != amount:
        raise InputError(
            f"{plain(amount)} {currency} has more than {places} decimals, and an amount of EN 16931 has no more",
            path="amounts",
            hint=f"send bills in {currency} as PDF",
        )
    return format(written or abs(written), "f")
