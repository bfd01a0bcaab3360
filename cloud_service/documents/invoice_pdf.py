"""The invoice as PDF."""

from cloud_service.documents.invoice_view import invoice_view
from cloud_service.documents.paper import InvoicePaper
from cloud_service.documents.theme import Theme
from cloud_service.documents.typesetter import typeset


def render(paper: InvoicePaper, theme: Theme) -> bytes:
    """The printed invoice, PDF/A-3a and PDF/UA-1; equal papers and themes give equal bytes."""
    return typeset("invoice.typ", invoice_view(paper, theme), paper.bill_date)
