"""A made-up German bill that every kind of e-invoice can be made of: what new rules are tried on."""

from dataclasses import replace
from decimal import Decimal

from cloud_service.documents.paper import InvoicePaper, PaperTax, Party
from cloud_service.documents.sample import sample_invoice

SELLER = Party(
    "Seller", ("Street 1", "20457 Hamburg"), country="DE", vat_id="DE123456789", email="seller@example.org",
    phone="+49 40 555 0100", electronic_address="9930:DE123456789",
)  # fmt: skip
BUYER = Party(
    "Buyer", ("Street 2", "80331 München"), country="DE", number="1", email="buyer@example.org",
    reference="04011000-1234512345-35", electronic_address="0204:04011000-1234512345-35",
)  # fmt: skip


def sample_einvoice() -> InvoicePaper:
    """One month at 19 %."""
    paper = sample_invoice()
    lines = tuple(replace(line, tax_category="S", tax_percent=Decimal(19)) for line in paper.lines)
    tax = PaperTax("VAT", Decimal(19), paper.net, paper.tax)
    return replace(paper, seller=SELLER, buyer=BUYER, lines=lines, taxes=(tax,))
