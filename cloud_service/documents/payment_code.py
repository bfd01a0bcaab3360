"""Codes that a phone reads from paper: the European Payments Council's transfer code, a payment link, India's UPI."""

import io
from decimal import Decimal

import segno

from cloud_service.documents.paper import Bank
from cloud_service.domain.receivables.bank_schemes import valid_iban

EPC_AMOUNT_MAX = Decimal("999999999.99")
MASK = 3


def epc_fits(bank: Bank | None, amount: Decimal, currency: str) -> bool:
    """Whether a SEPA transfer code can be made: euros, a valid IBAN, 0.01 to 999 999 999.99."""
    if bank is None or currency != "EUR":
        return False
    return Decimal("0.01") <= amount <= EPC_AMOUNT_MAX and valid_iban(bank.iban)


def epc_text(bank: Bank, amount: Decimal, reference: str) -> str:
    """The transfer as the guideline EPC069-12 writes it: version 2, UTF-8, unstructured remittance."""
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        bank.bic,
        one_line(bank.holder)[:70],
        bank.iban.replace(" ", ""),
        f"EUR{amount.quantize(Decimal('0.01')):f}",
        "",
        "",
        one_line(reference)[:140],
    )
    return "\n".join(lines)


def one_line(text: str) -> str:
    """Without line breaks, which would shift the fields."""
    return " ".join(text.split())


def epc_svg(bank: Bank, amount: Decimal, reference: str) -> str:
    """The transfer as a QR code; scanning it fills in the banking app's form."""
    return _svg(epc_text(bank, amount, reference))


def link_svg(url: str) -> str:
    """A web address as a QR code."""
    return _svg(url)


def _svg(text: str) -> str:
    """Error correction M. The mask is chosen beforehand: trying all eight takes longer than setting the page."""
    code = segno.make_qr(text, error="m", encoding="utf-8", boost_error=False, mask=MASK)
    out = io.BytesIO()
    code.save(out, kind="svg", border=4, xmldecl=False, svgns=True, nl=False, light="#ffffff")
    return out.getvalue().decode()
