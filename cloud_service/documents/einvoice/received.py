"""An e-invoice of somebody else, read: who, to whom, when, over how much. CII, UBL, or inside a PDF."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from cloud_service.documents.einvoice.hybrid_pdf import embedded
from cloud_service.documents.einvoice.kinds import Syntax
from common.errors import InputError

BYTES_MAX = 20_000_000
AT: dict[Syntax, dict[str, str]] = {  # where the standard's fields stand, by the names of elements only
    "cii": {
        "number": "ExchangedDocument/ID",
        "type": "ExchangedDocument/TypeCode",
        "date": "ExchangedDocument/IssueDateTime/DateTimeString",
        "seller": "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/SellerTradeParty/Name",
        "buyer": "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/BuyerTradeParty/Name",
        "currency": "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/InvoiceCurrencyCode",
        "net": "TaxBasisTotalAmount",
        "total": "GrandTotalAmount",
        "due": "DuePayableAmount",
    },
    "ubl": {
        "number": "ID",
        "date": "IssueDate",
        "seller": "AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName",
        "buyer": "AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName",
        "currency": "DocumentCurrencyCode",
        "net": "LegalMonetaryTotal/TaxExclusiveAmount",
        "total": "LegalMonetaryTotal/TaxInclusiveAmount",
        "due": "LegalMonetaryTotal/PayableAmount",
    },
}
CII_SUMS = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/SpecifiedTradeSettlementHeaderMonetarySummation"


@dataclass(frozen=True, slots=True)
class ReceivedEinvoice:
    """What an e-invoice says of itself as a whole; amounts in its currency."""

    syntax: Syntax
    number: str
    type: str  # UNTDID 1001: 380 invoice, 381 credit note ...
    issued_on: date
    seller: str
    buyer: str
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    due: Decimal


def read(body: bytes) -> ReceivedEinvoice:
    """The e-invoice of a file, XML or a PDF that carries one; InputError says what is missing."""
    if len(body) > BYTES_MAX:
        raise InputError("the file is too large for an e-invoice", hint="20 MB at most")
    root = _document(embedded(body) if body.startswith(b"%PDF") else body)
    kind = root.tag.rpartition("}")[2]
    if kind not in ("CrossIndustryInvoice", "Invoice", "CreditNote"):
        raise InputError(f"it is no e-invoice: it begins with {kind}", hint="CII or UBL, as XML or inside a PDF")
    syntax: Syntax = "cii" if kind == "CrossIndustryInvoice" else "ubl"
    said = {name: _text(root, path, syntax) for name, path in AT[syntax].items()}
    missing = [name for name, text in said.items() if not text and name != "type"]
    if missing:
        raise InputError(f"the e-invoice does not say its {', '.join(missing)}")
    net, total, due = (_amount(said[name], name) for name in ("net", "total", "due"))
    return ReceivedEinvoice(
        syntax, said["number"], said.get("type") or _text(root, f"{kind}TypeCode", syntax), _day(said["date"]),
        said["seller"], said["buyer"], said["currency"], net, total - net, total, due,
    )  # fmt: skip


def _document(xml: bytes) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise InputError(f"it is no XML: {error}", hint="CII or UBL, as XML or inside a PDF") from error


def _text(root: Any, path: str, syntax: Syntax) -> str:
    whole = f"{CII_SUMS}/{path}" if syntax == "cii" and "/" not in path else path
    node = root.find("/".join(f"{{*}}{name}" for name in whole.split("/")))
    return "" if node is None or node.text is None else node.text.strip()


def _amount(text: str, name: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise InputError(f"{text!r} is no amount", path=name) from None
    if not amount.is_finite():
        raise InputError(f"{text!r} is no amount", path=name)
    return amount


def _day(text: str) -> date:
    try:
        return datetime.strptime(text[:10].replace("-", ""), "%Y%m%d").date()  # noqa: DTZ007 - a civil day
    except ValueError:
        raise InputError(f"{text!r} is no day", path="date") from None
