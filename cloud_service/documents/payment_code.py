"""Codes that a phone reads from paper: the European Payments Council's transfer code, a payment link, India's UPI."""

import io
from decimal import Decimal

import segno
from segno import helpers

from cloud_service.documents.paper import Bank

EPC_AMOUNT_MAX = Decimal("999999999.99")
IBAN_CHARACTERS = (15, 34)


def valid_iban(iban: str) -> bool:
    """Whether the two check digits of an IBAN are right (ISO 13616, remainder 1 modulo 97)."""
    text = iban.replace(" ", "").upper()
    if not (IBAN_CHARACTERS[0] <= len(text) <= IBAN_CHARACTERS[1] and text.isascii() and text.isalnum()):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def spaced_iban(iban: str) -> str:
    """An IBAN in groups of four, as it is printed."""
    text = iban.replace(" ", "")
    return "\u00a0".join(text[at : at + 4] for at in range(0, len(text), 4))


def epc_fits(bank: Bank | None, amount: Decimal, currency: str) -> bool:
    """Whether a SEPA transfer code can be made: euros, a valid IBAN, 0.01 to 999 999 999.99."""
    if bank is None or currency != "EUR":
        return False
    return Decimal("0.01") <= amount <= EPC_AMOUNT_MAX and valid_iban(bank.iban)


def epc_svg(bank: Bank, amount: Decimal, reference: str) -> str:
    """The transfer as a QR code; scanning it fills in the banking app's form."""
    code = helpers.make_epc_qr(
        name=bank.holder[:70],
        iban=bank.iban.replace(" ", ""),
        amount=amount.quantize(Decimal("0.01")),
        text=reference[:140],
        bic=bank.bic or None,
    )
    return _svg(code)


def link_svg(url: str) -> str:
    """A web address as a QR code."""
    return _svg(segno.make_qr(url, error="m"))


def _svg(code: segno.QRCode) -> str:
    out = io.BytesIO()
    code.save(out, kind="svg", border=4, xmldecl=False, svgns=True, nl=False, light="#ffffff")
    return out.getvalue().decode()
