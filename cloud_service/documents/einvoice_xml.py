"""The e-invoice of EN 16931 as XML: the same paper as the PDF, in the fields (BT, BG) of the standard.

Two syntaxes (UN/CEFACT CII and UBL 2.1) and two profiles: the European norm and Germany's XRechnung. What the norm
cannot say (two taxes on one line, a party without a country) is refused with the field's name, never bent.
"""

import logging
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from cloud_service.documents.bank_lines import account_lines
from cloud_service.documents.paper import Bank, InvoicePaper, PaperLine, Party
from cloud_service.documents.postal_address import split_address
from cloud_service.documents.translations import localizer_for
from cloud_service.domain.money import round_money
from common.errors import InputError

Syntax = Literal["cii", "ubl"]
Profile = Literal["en16931", "xrechnung"]
Fields = dict[str, Any]  # by the standard's names: BT-1, BG-25 ...
SYNTAXES: tuple[Syntax, ...] = ("cii", "ubl")
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
EN16931 = "urn:cen.eu:en16931:2017"
PEPPOL_BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE, CREDIT_NOTE = "380", "381"
SEPA_TRANSFER, TRANSFER, ONLINE, UNDEFINED = "58", "30", "68", "1"
PIECE = "C62"
UNITS = {  # UN/ECE recommendation 20
    "kWh": "KWH", "MWh": "MWH", "Wh": "WHR", "kW": "KWT", "MW": "MAW", "kVA": "KVA", "kvarh": "K3", "kvar": "KVR",
    "m³": "MTQ", "l": "LTR", "GJ": "GV", "day": "DAY", "month": "MON", "year": "ANN", "%": "P1",
}  # fmt: skip
REASONS = {  # why no VAT is charged: BT-120 and, where the code list has one, BT-121
    "E": ("Exempt from VAT", ""),
    "AE": ("Reverse charge", "VATEX-EU-AE"),
    "K": ("Intra-community supply", "VATEX-EU-IC"),
    "G": ("Export outside the EU", "VATEX-EU-G"),
    "O": ("Not subject to VAT", "VATEX-EU-O"),
}


@dataclass(frozen=True, slots=True)
class VatBreakdownRow:
    """One row of the VAT breakdown (BG-23): amounts in the invoice's currency."""

    category: str
    percent: Decimal
    base: Decimal
    amount: Decimal


def render(paper: InvoicePaper, syntax: Syntax = "cii", profile: Profile = "en16931") -> bytes:
    """The XML, valid against its schema; InputError names what the paper lacks."""
    from facturx import generate_cii_xml, generate_ubl_xml

    make = {"cii": generate_cii_xml, "ubl": generate_ubl_xml}[syntax]
    terms = fields(paper, profile)
    if profile == "xrechnung":
        _check_german(paper)
    logging.getLogger("factur-x").setLevel(logging.CRITICAL)  # it would log the whole invoice
    try:
        # its own rule check asks a server and passes silently without one; the schema check is local
        xml: bytes = make(terms, level="en16931", check_xsd=True, check_schematron=False)
    except Exception as error:  # the library raises bare ValueError and lxml's kinds
        first = str(error).strip().splitlines()
        raise InputError(f"the e-invoice is not valid: {first[0] if first else error!r}", path=paper.number) from error
    if profile == "xrechnung":
        xml = xml.replace(f">{EN16931}<".encode(), f">{XRECHNUNG}<".encode(), 1)
    return xml


def _check_german(paper: InvoicePaper) -> None:
    """What XRechnung asks for beyond the norm."""
    required = {
        "seller.email": paper.seller.email,
        "seller.phone": paper.seller.phone,
        "seller.city": split_address(paper.seller.address).postcode,
        "buyer.email": paper.buyer.email,
        "buyer.reference": paper.buyer.reference or paper.buyer.number,
        "buyer.city": split_address(paper.buyer.address).postcode,
    }
    missing = [name for name, value in required.items() if not value]
    if missing:
        raise InputError(f"XRechnung needs {', '.join(missing)}", path=paper.number)


def fields(paper: InvoicePaper, profile: Profile = "en16931") -> Fields:
    """The paper in the standard's fields; amounts as exact texts. A credit note has positive amounts."""
    sign = -1 if paper.kind == "credit_note" else 1
    taxes = breakdown(paper, sign)
    untaxed = {tax.category for tax in taxes} == {"O"}
    lines = [_line(at, line, paper, sign) for at, line in enumerate(paper.lines, start=1)]
    net = sum((Decimal(line["BT-131"]) for line in lines), Decimal(0))
    if net != paper.net * sign:
        raise InputError(f"the lines sum to {net}, not to {paper.net * sign}", path=paper.number)
    return {
        "BT-1": paper.number,
        "BT-2": paper.bill_date,
        "BT-3": CREDIT_NOTE if sign < 0 else INVOICE,
        "BT-5": paper.currency,
        "BT-9": paper.due_date,
        "BT-23": PEPPOL_BILLING,
        "BT-24": EN16931,
        "BT-72": paper.last_day,
        "BT-73": paper.first_day,
        "BT-74": paper.last_day,
        "BG-4": _party(paper.seller, "seller", untaxed=untaxed, contact=True),
        "BG-7": _party(paper.buyer, "buyer", untaxed=untaxed),
        "BG-23": [_tax(tax, profile) for tax in taxes],
        "BG-25": lines,
        **_references(paper, profile),
        **_payment(paper),
        "BT-106": _text(net),
        "BT-109": _text(net),
        "BT-110": _text(paper.tax * sign),
        "BT-112": _text(paper.total * sign),
        "BT-113": _text(paper.settled),
        "BT-115": _text(paper.total * sign - paper.settled),
    }


def breakdown(paper: InvoicePaper, sign: int = 1) -> list[VatBreakdownRow]:
    """The VAT of each category and rate, as it was rounded at issue; untaxed lines stand in a row of their own."""
    bases: dict[tuple[str, Decimal], Decimal] = {}
    for line in paper.lines:
        key = (line.tax_category, line.tax_percent.normalize())
        bases[key] = bases.get(key, Decimal(0)) + line.amount * sign
    tax_by_rate = {(tax.category, tax.percent.normalize()): tax for tax in paper.taxes}
    if len(tax_by_rate) != len(paper.taxes):
        raise InputError("two taxes of one category and rate cannot be told apart in EN 16931", path=paper.number)
    rows = []
    for (category, percent), base in bases.items():
        tax = tax_by_rate.pop((category, percent), None)
        if tax is None and percent:
            raise InputError(f"lines of {category} {percent} % have no tax in the invoice", path=paper.number)
        if tax is not None and tax.base * sign != base:
            raise InputError(f"the base of {tax.label} is {tax.base}, its lines sum to {base}", path=paper.number)
        rows.append(VatBreakdownRow(category, percent, base, tax.amount * sign if tax else Decimal(0)))
    if tax_by_rate:
        raise InputError("a line with more than one tax cannot be said in EN 16931", path=paper.number)
    return rows


def _tax(tax: VatBreakdownRow, profile: Profile) -> Fields:
    reason, code = REASONS.get(tax.category, ("", ""))
    terms = {"BT-116": _text(tax.base), "BT-117": _text(tax.amount), "BT-118": tax.category}
    terms |= {} if tax.category == "O" and profile == "en16931" else {"BT-119": _text(tax.percent)}
    terms |= {"BT-120": reason} if reason else {}
    return terms | ({"BT-121": code} if code else {})


def _line(at: int, line: PaperLine, paper: InvoicePaper, sign: int) -> Fields:
    """Quantity × price must give the amount; where rating says otherwise (a share, a minimum), one piece is billed."""
    amount, quantity, price = line.amount * sign, line.quantity * sign, line.price
    unit = UNITS.get(line.unit, PIECE)
    notes = [line.group, line.note]
    if price is None or round_money(quantity * price, paper.currency) != amount:
        notes.append(f"{line.quantity:f} {line.unit}".strip() if price is None else "")
        quantity, price, unit = Decimal(-1 if amount < 0 else 1), abs(amount), PIECE
    elif price < 0:
        quantity, price = -quantity, -price
    first, last = line.days or (paper.first_day, paper.last_day)
    terms: Fields = {
        "BT-126": str(at),
        "BT-129": _text(quantity),
        "BT-130": unit,
        "BT-131": _text(amount),
        "BT-134": first,
        "BT-135": last,
        "BT-146": _text(price),
        "BT-151": line.tax_category,
        "BT-153": line.label,
    }
    description = " · ".join(text for text in notes if text)
    terms |= {"BT-154": description} if description else {}
    return terms | ({} if line.tax_category == "O" else {"BT-152": _text(line.tax_percent)})


def _party(party: Party, role: str, *, untaxed: bool, contact: bool = False) -> Fields:
    if not party.country:
        raise InputError(
            f"the {role} has no country", path=f"{role}.country", hint="write it into the record, then bill"
        )
    postal = split_address(party.address)
    terms: Fields = {"name": party.name, "country_code": party.country}
    terms |= {f"addr_l{at}": text for at, text in enumerate(postal.lines[:3], start=1)}
    terms |= {"postcode": postal.postcode} if postal.postcode else {}
    terms |= {"city": postal.city} if postal.city else {}
    if party.vat_id and not untaxed:
        terms["vat_identifier"] = party.vat_id
    elif party.vat_id and role == "seller":
        terms["legal_identifier"] = party.vat_id
    if party.company_number:
        terms["legal_identifier"] = party.company_number
    if party.email:
        terms |= {"einvoicing_addr": party.email, "einvoicing_addr_schemeid": "EM"}
    if contact and (party.email or party.phone):
        terms["contacts"] = [{"name": party.name, "phone": party.phone, "email": party.email}]
    return terms


def _references(paper: InvoicePaper, profile: Profile) -> Fields:
    reference = paper.buyer.reference or (paper.buyer.number if profile == "xrechnung" else "")
    references: Fields = {
        "BT-10": reference,
        "BT-12": paper.account,
        "BG-3": [{"BT-25": paper.corrects}] if paper.corrects else [],
        "BG-1": [{"BT-22": paper.reason}] if paper.reason else [],
    }
    return {name: value for name, value in references.items() if value}


def _payment(paper: InvoicePaper) -> Fields:
    """How to pay: a transfer where the seller has an account in that currency, else the link."""
    terms: Fields = {"BT-83": paper.number}
    bank, otherwise = paper.bank, ONLINE if paper.pay_url else UNDEFINED
    if bank is None:
        return terms | {"BT-81": otherwise}
    if bank.scheme == "iban":
        terms |= {"BT-81": SEPA_TRANSFER, "BT-84": bank.iban.replace(" ", ""), "BT-85": bank.holder}
        return terms | ({"BT-86": bank.bic} if bank.bic else {})
    return terms | {"BT-82": " · ".join(account_lines(bank, localizer_for("en")))} | _local_account(bank, otherwise)


def _local_account(bank: Bank, otherwise: str) -> Fields:
    """A national account (BG-17): its number, the bank by BIC or national code; free lines have no number."""
    if bank.scheme == "free":
        return {"BT-81": otherwise}
    if bank.scheme == "ke_paybill":
        return {"BT-81": TRANSFER, "BT-84": bank.bank_code, "BT-85": bank.holder}
    terms = {"BT-81": TRANSFER, "BT-84": bank.account_number, "BT-85": bank.holder}
    return terms | {"BT-86": bank.bic or bank.bank_code + bank.branch_code}


def _text(value: Decimal | date) -> str:
    return format(value, "f") if isinstance(value, Decimal) else value.isoformat()
