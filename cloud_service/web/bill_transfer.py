"""How a bill can be paid by transfer, as its paper says it: for the pages that show the bill."""

from decimal import Decimal

from flask_babel import get_locale

from cloud_service.documents.from_invoice import bank_of
from cloud_service.documents.payment_section import transfer_rows
from cloud_service.documents.translations import localizer_for
from cloud_service.domain.invoicing.billing_account import Seller
from cloud_service.domain.pricing.record_json import from_json
from cloud_service.store.lookups.invoice_page import InvoicePage


def transfer_details(bill: InvoicePage) -> list[tuple[str, str]]:
    """Holder, account and reference, in the reader's language; nothing where the bill asks for no money."""
    bank = bank_of(from_json(Seller, bill.invoice.seller), bill.invoice.currency)
    if bank is None or bill.outstanding <= Decimal(0) or bill.invoice.kind != "invoice":
        return []
    return transfer_rows(bank, bill.invoice.number, localizer_for(str(get_locale() or "en")))
