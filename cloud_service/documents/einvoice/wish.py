"""Which e-invoice a bill should have: what its client wants, else what the company's look says of companies."""

from cloud_service.documents.einvoice.kinds import CII, KINDS, EinvoiceKind
from cloud_service.documents.theme import Theme
from cloud_service.domain.invoicing.billing_account import Buyer
from common.errors import InputError

INSIDE = "factur_x"  # inside the PDF


def is_inside(buyer: Buyer, theme: Theme) -> bool:
    """Whether the PDF carries the e-invoice."""
    return buyer.einvoice == INSIDE or (not buyer.einvoice and bool(theme.einvoice) and buyer.kind == "company")


def check_look(buyer: Buyer, theme: Theme) -> None:
    """Refuse to carry an e-invoice inside a PDF that an own template makes: it is no PDF/A."""
    if is_inside(buyer, theme) and theme.renderer != "default":
        raise InputError(
            "an own template cannot carry an e-invoice: it is no PDF/A", path=buyer.number or buyer.name,
            hint="choose a kind beside the PDF at the client, or our own look for the company's bills",
        )  # fmt: skip


def beside(buyer: Buyer) -> EinvoiceKind | None:
    """The e-invoice that is sent beside the PDF, if one is."""
    return KINDS.get(buyer.einvoice or "")


def required_kind(buyer: Buyer, theme: Theme) -> EinvoiceKind | None:
    """The e-invoice without which the bill must not leave."""
    return CII if is_inside(buyer, theme) else beside(buyer)
