"""The paper in the standard's fields (BT, BG): what every syntax and profile is written from."""

from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.documents.einvoice import parties, vat
from cloud_service.documents.einvoice.figures import amount_text
from cloud_service.documents.einvoice.kinds import CII, EN16931, EinvoiceKind
from cloud_service.documents.einvoice.lines import days_of, line_terms
from cloud_service.documents.einvoice.payment import payment
from cloud_service.documents.einvoice.requirements import check
from cloud_service.documents.einvoice.supply_terms import SUPPLY_POINT, supply_terms, the_one_point
from cloud_service.documents.einvoice.vat import INSIDE_EUROPE, UNTAXED, Levy, VatBreakdownRow
from cloud_service.documents.paper import InvoicePaper, PaperLine
from cloud_service.domain.money import plain, round_money
from common.errors import InputError

Fields = dict[str, Any]  # by the standard's names: BT-1, BG-25 ...
PEPPOL_BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
CREDIT_NOTE = "381"
TYPES = {"whole": "380", "corrected": "384", "partial": "326", "advance": "386"}  # UNTDID 1001
GERMAN_TYPES = ("326", "384")  # that Peppol takes only between Germans
ADVANCE = TYPES["advance"]  # that Germany's rules do not know


def fields(paper: InvoicePaper, kind: EinvoiceKind = CII) -> Fields:
    """The paper in the standard's fields; amounts as exact texts. A credit note has positive amounts."""
    sign = -1 if paper.kind == "credit_note" else 1
    lines = vat.lines_of(paper)
    taxes, levies = vat.breakdown(paper, lines, sign)
    check(paper, kind, [tax.category for tax in taxes])
    categories = {tax.category for tax in taxes}
    untaxed = categories == {UNTAXED}
    first_day, last_day = _days(paper, lines)
    return {
        "BT-1": paper.number,
        "BT-2": paper.bill_date,
        "BT-3": _type(paper, kind),
        "BT-5": paper.currency,
        "BT-9": paper.due_date,
        "BT-23": PEPPOL_BILLING,
        "BT-24": EN16931,
        "BT-72": last_day,
        "BT-73": first_day,
        "BT-74": last_day,
        "BG-4": parties.seller(paper, untaxed=untaxed),
        "BG-7": parties.buyer(paper, untaxed=untaxed),
        "BG-23": [_tax(tax, paper.currency, kind) for tax in taxes],
        "BG-25": [
            line_terms(at + 1, line, paper, sign) | supply_terms(at, lines, paper) for at, line in enumerate(lines)
        ],
        **({"BG-13": parties.delivered_to(paper)} if INSIDE_EUROPE in categories else {}),
        **_references(paper, kind),
        **payment(paper),
        **({"BG-21": [_levy(levy, paper.currency) for levy in levies]} if levies else {}),
        **_totals(paper, lines, sum((levy.amount for levy in levies), Decimal(0)), sign),
    }


def _type(paper: InvoicePaper, kind: EinvoiceKind) -> str:
    """The type that the kind takes; where it takes only the plain invoice, that."""
    code = CREDIT_NOTE if paper.kind == "credit_note" else TYPES[paper.role]
    german = kind.profile == "xrechnung" or paper.seller.country == paper.buyer.country == "DE"
    refused = kind.profile != "en16931" and (code == ADVANCE if german else code in GERMAN_TYPES)
    return TYPES["whole"] if refused else code


def _days(paper: InvoicePaper, lines: tuple[PaperLine, ...]) -> tuple[date, date]:
    """The billed days with those of each line: a difference is for earlier ones."""
    spans = [(paper.first_day, paper.last_day), *(days_of(line, paper) for line in lines)]
    return min(first for first, _ in spans), max(last for _, last in spans)


def _levy(levy: Levy, currency: str) -> Fields:
    """A tax on which VAT is due, as a charge on the whole bill."""
    return {
        "amount": amount_text(levy.amount, currency),
        "reason": levy.label,
        "vat_category_code": levy.category,
        "vat_rate": plain(levy.percent),
    }


def _totals(paper: InvoicePaper, lines: tuple[PaperLine, ...], levies: Decimal, sign: int) -> Fields:
    """The sums (BG-22); what was rounded to the coin is no line but BT-114."""
    net = sum((line.amount for line in lines), Decimal(0))
    rounding = sum((line.amount for line in paper.lines if line.is_rounding), Decimal(0))
    if net + rounding != paper.net:
        raise InputError(f"the lines sum to {plain(net + rounding)}, not to {plain(paper.net)}", path=paper.number)
    amounts = {
        "BT-106": net * sign,
        **({"BT-108": levies} if levies else {}),
        "BT-109": net * sign + levies,
        "BT-110": paper.tax * sign - levies,
        "BT-112": (net + paper.tax) * sign,
        "BT-113": paper.settled,
        "BT-115": paper.total * sign - paper.settled,
    }
    terms = {name: amount_text(amount, paper.currency) for name, amount in amounts.items()}
    terms |= {"BT-114": amount_text(rounding * sign, paper.currency)} if rounding else {}
    return terms | _tax_at_home(paper, paper.tax * sign - levies)


def _tax_at_home(paper: InvoicePaper, tax: Decimal) -> Fields:
    """The VAT in the seller's own currency, where the bill is in another."""
    if paper.local_rate is None or paper.local_currency in ("", paper.currency):
        return {}
    at_home = round_money(tax * paper.local_rate, paper.local_currency)
    return {"BT-6": paper.local_currency, "BT-111": amount_text(at_home, paper.local_currency)}


def _tax(tax: VatBreakdownRow, currency: str, kind: EinvoiceKind) -> Fields:
    terms = {"BT-116": amount_text(tax.base, currency), "BT-117": amount_text(tax.amount, currency)}
    terms |= {"BT-118": tax.category}
    terms |= {} if tax.category == UNTAXED and kind.profile == "en16931" else {"BT-119": plain(tax.percent)}
    terms |= {"BT-120": tax.reason} if tax.reason else {}
    return terms | ({"BT-121": tax.reason_code} if tax.reason_code else {})


def _references(paper: InvoicePaper, kind: EinvoiceKind) -> Fields:
    reference = paper.buyer.reference or (paper.buyer.number if kind.profile != "en16931" else "")
    point = the_one_point(paper)
    references: Fields = {
        "BT-10": reference,
        "BT-12": paper.account,
        "BT-18": {SUPPLY_POINT: point} if point else {},
        "BG-3": [
            *([{"BT-25": paper.corrects}] if paper.corrects else []),
            *({"BT-25": advance.number, "BT-26": advance.day} for advance in paper.advances),
        ],
        "BG-1": [{"BT-22": paper.reason}] if paper.reason else [],
    }
    return {name: value for name, value in references.items() if value}
