"""How to pay an e-invoice: by SEPA only in euro, by the bank of any country, by the link, or not said."""

from typing import Any

import pytest

from cloud_service.documents.einvoice.payment import payment
from cloud_service.documents.paper import Bank
from tests.cloud_service.documents.papers import taxed_paper

ABROAD = Bank("Lake", scheme="us", bank_code="021000021", account_number="123456789")


@pytest.mark.parametrize(
    ("changes", "code", "account", "bank"),
    [
        ({}, "58", "DE02120300000000202051", "BYLADEM1001"),
        ({"currency": "USD"}, "30", "DE02120300000000202051", "BYLADEM1001"),
        ({"bank": ABROAD}, "30", "123456789", "021000021"),
        ({"bank": None}, "68", None, None),
        ({"bank": None, "pay_url": ""}, "1", None, None),
    ],
)
def test_how_to_pay_is_said(changes: dict[str, Any], code: str, account: str | None, bank: str | None) -> None:
    terms = payment(taxed_paper(**changes))

    assert (code, account, bank, "RE-2026-004711") == tuple(terms.get(f"BT-{at}") for at in (81, 84, 86, 83))
