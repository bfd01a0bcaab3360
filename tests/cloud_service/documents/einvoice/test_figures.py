"""Amounts have the places of their currency, whatever was stored, and never more than the norm has."""

from decimal import Decimal

import pytest

from cloud_service.documents.einvoice.figures import amount_text
from common.errors import InputError


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("248.970000", "EUR", "248.97"),
        ("5", "EUR", "5.00"),
        ("-0.000000", "EUR", "0.00"),
        ("-51.94", "EUR", "-51.94"),
        ("1500.000000", "JPY", "1500"),
        ("12.340000", "KWD", "12.34"),
    ],
)
def test_an_amount_has_the_places_of_its_currency(amount: str, currency: str, said: str) -> None:
    assert said == amount_text(Decimal(amount), currency)


@pytest.mark.parametrize(("amount", "currency"), [("12.345", "KWD"), ("0.001", "EUR"), ("1.5", "JPY")])
def test_an_amount_that_the_norm_cannot_write_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(InputError, match=f"{amount} {currency} has more than"):
        amount_text(Decimal(amount), currency)
