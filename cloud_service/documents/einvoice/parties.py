"""Seller, buyer and the place of delivery in the fields of the norm (BG-4, BG-7, BG-13)."""

import re
from functools import cache
from typing import Any

from cloud_service.documents.paper import InvoicePaper, Party

E_MAIL = "EM"  # the scheme of electronic addresses that are of e-mail
VAT_ID = re.compile(r"(?P<country>[A-Z]{2})[A-Z0-9+*.-]*[0-9][A-Z0-9+*.-]*")
REGISTERS = {  # ISO 6523 scheme of a country's register of companies, and how its numbers look
    "NL": ("0106", r"\d{8}"), "BE": ("0208", r"[01]\d{9}"), "FR": ("0002", r"\d{9}"), "DK": ("0184", r"(DK)?\d{8}"),
    "NO": ("0192", r"\d{9}"), "SE": ("0007", r"\d{10}"), "FI": ("0212", r"\d{7}-?\d"),
}  # fmt: skip
MORE_PREFIXES = {"EL", "XI"}  # Greece and Northern Ireland, of the European VAT


@cache
def _countries() -> frozenset[str]:
    from babel import Locale

    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if re.fullmatch("[A-Z]{2}", code)) | MORE_PREFIXES


def is_vat_id(number: str) -> bool:
    """Whether a number is a VAT id as the norm has it (BR-CO-09): it begins with its country."""
    match = VAT_ID.fullmatch(re.sub(r"\s", "", number))
    return match is not None and match["country"] in _countries()


def electronic_address(party: Party) -> tuple[str, str]:
    """(scheme, address) at which a party receives e-invoices: its own (`0192:987654321`), else its e-mail."""
    scheme, _, address = party.electronic_address.partition(":")
    return (scheme, address) if address else (E_MAIL if party.email else "", party.email)


def seller(paper: InvoicePaper, *, untaxed: bool) -> dict[str, Any]:
    """The seller (BG-4) with whom to talk to; without any tax on the bill the norm wants no VAT id."""
    party = paper.seller
    terms = _party(party)
    if is_vat_id(party.vat_id) and not untaxed:
        terms["vat_identifier"] = party.vat_id
    number = party.tax_number or ("" if is_vat_id(party.vat_id) else party.vat_id)
    if number and not untaxed:
        terms["tax_identifier"] = number
    if party.company_number:
        terms |= _in_register(party)
    elif (number or party.vat_id) and "vat_identifier" not in terms:
        terms["identifiers"] = {None: number or party.vat_id}
    if party.email or party.phone:
        terms["contacts"] = [{"name": party.name, "phone": party.phone, "email": party.email}]
    return terms


def buyer(paper: InvoicePaper, *, untaxed: bool) -> dict[str, Any]:
    """The buyer (BG-7)."""
    party = paper.buyer
    terms = _party(party)
    if party.vat_id and is_vat_id(party.vat_id) and not untaxed:
        terms["vat_identifier"] = party.vat_id
    if party.company_number:
        terms |= _in_register(party)
    elif party.vat_id and "vat_identifier" not in terms:
        terms["legal_identifier"] = party.vat_id
    return terms


def _in_register(party: Party) -> dict[str, str]:
    """The number in the register of companies, with the scheme of the country's where it is one of it."""
    number = re.sub(r"[\s.]", "", party.company_number)
    scheme, pattern = REGISTERS.get(party.country, ("", "(?!)"))
    if re.fullmatch(pattern, number):
        return {"legal_identifier": number, "legal_identifier_schemeid": scheme}
    return {"legal_identifier": party.company_number}


def delivered_to(paper: InvoicePaper) -> dict[str, Any]:
    """Where it was delivered (BG-13): what goes to another country of the Union is delivered to the buyer there."""
    return {"name": paper.buyer.name} | _postal(paper.buyer)


def _party(party: Party) -> dict[str, Any]:
    terms = {"name": party.name} | _postal(party)
    scheme, address = electronic_address(party)
    return terms | ({"einvoicing_addr": address, "einvoicing_addr_schemeid": scheme} if address else {})


def _postal(party: Party) -> dict[str, Any]:
    postal = party.postal
    terms: dict[str, Any] = {"country_code": party.country}
    terms |= {f"addr_l{at}": text for at, text in enumerate(postal.street_lines, start=1)}
    terms |= {"postcode": postal.postcode} if postal.postcode else {}
    terms |= {"country_subdivision": postal.region} if postal.region else {}
    return terms | ({"city": postal.city} if postal.city else {})
