"""How an invoice can be paid by transfer, as its paper says it: for the pages that show the invoice."""

from collections.abc import Mapping
from typing import Any

from cloud_service.documents.from_invoice import bank_of
from cloud_service.documents.payment_section import transfer_rows
from cloud_service.documents.translations import localizer_for
from cloud_service.domain.invoicing.billing_account import Seller
from cloud_service.domain.pricing.record_json import from_json


def transfer_details(
    frozen_seller: Mapping[str, Any], currency: str, number: str, language: str
) -> list[tuple[str, str]]:
    """Holder, account and reference in a language; nothing where the seller has no account in that currency."""
    bank = bank_of(from_json(Seller, frozen_seller), currency)
    return transfer_rows(bank, number, localizer_for(language)) if bank is not None else []
