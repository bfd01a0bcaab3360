from decimal import Decimal

import pytest

from cloud_service.payments.interface import ForgedError, PaymentAsk
from common.errors import InputError


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0", "EUR"), ("-1", "EUR"), ("1.005", "EUR"), ("0.5", "JPY"), ("NaN", "EUR"), ("9" * 40, "EUR")],
)
def test_what_is_no_amount_of_the_currency_is_never_asked_for(amount: str, currency: str) -> None:
    with pytest.raises(InputError) as error:
        PaymentAsk("INV-1", "Energy", Decimal(amount), currency, "https://energy.example")

    assert "amount" == error.value.path


def test_a_forged_call_is_an_input_error_with_a_code_of_its_own() -> None:
    assert ("forged", True) == (ForgedError.code, issubclass(ForgedError, InputError))
