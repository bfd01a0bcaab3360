"""The invoice as PDF, by our own template or by the operator's."""

from cloud_service.documents.invoice_view import invoice_view
from cloud_service.documents.operator_template import render_custom
from cloud_service.documents.paper import InvoicePaper
from cloud_service.documents.theme import Theme
from cloud_service.documents.typesetter import typeset


def render(paper: InvoicePaper, theme: Theme) -> bytes:
    """The printed invoice; equal papers and themes give equal bytes.

    Our own template gives PDF/A-3a and PDF/UA-1. A fault in the operator's template is an InputError.
    """
    view = invoice_view(paper, theme)
    if theme.renderer == "default":
        return typeset("invoice.typ", view, paper.bill_date)
    return render_custom(theme.renderer, theme.template, view, paper.bill_date)
