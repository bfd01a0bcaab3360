"""JSON as it was stored before lines had a type: what was written then must load, and be written again as it was."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from cloud_service.domain.invoicing.billing_account import BillingAccount, Buyer, Seller
from cloud_service.domain.invoicing.pending_lines import WaitingLine
from cloud_service.domain.pricing.record_json import from_json
from cloud_service.domain.rating.rated_contract import RatedContract

STORED: dict[str, Any] = json.loads(Path(__file__).with_name("stored.json").read_text())


def rated(name: str) -> RatedContract:
    """A rated contract of a billing run."""
    return from_json(RatedContract, STORED["rated"][name])


def waiting(name: str) -> WaitingLine:
    """A line that waits for the next invoice."""
    return from_json(WaitingLine, STORED["waiting"][name])


def account() -> BillingAccount:
    """The account that the stored drafts are of."""
    seller, buyer = from_json(Seller, STORED["seller"]), from_json(Buyer, STORED["buyer"])
    return BillingAccount(
        account_id=7, entity_id=3, currency="EUR", terms_days=14, delivery="email", email="m@example.com",
        prepaid=False, local_currency="EUR", timezone="Europe/Berlin", per_contract=False, seller=seller, buyer=buyer,
    )  # fmt: skip


def as_column(number: Decimal, places: int = 12) -> Decimal:
    """A number as a column of the database gives it back."""
    return number.quantize(Decimal(1).scaleb(-places))
