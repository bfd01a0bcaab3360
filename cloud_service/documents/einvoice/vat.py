"""The VAT of an e-invoice (BG-23): each line's category as the norm has it, and a row for each category and rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from cloud_service.documents.paper import InvoicePaper, PaperLine, PaperTax
from common.errors import InputError

VatKey = tuple[str, Decimal]  # category and rate
STANDARD, ZERO_RATED, EXEMPT, REVERSE_CHARGE, INSIDE_EUROPE, EXPORT, UNTAXED = "S", "Z", "E", "AE", "K", "G", "O"
WITH_RATE = (STANDARD, "L", "M")  # L and M: the taxes of the Canaries, of Ceuta and Melilla
WITHOUT_RATE = (ZERO_RATED, EXEMPT, REVERSE_CHARGE, INSIDE_EUROPE, EXPORT, UNTAXED)
REASONS = {  # why no VAT is charged: BT-120 and, where the code list has one, BT-121
    EXEMPT: ("Exempt from VAT", ""),
    REVERSE_CHARGE: ("Reverse charge", "VATEX-EU-AE"),
    INSIDE_EUROPE: ("Intra-community supply", "VATEX-EU-IC"),
    EXPORT: ("Export outside the EU", "VATEX-EU-G"),
    UNTAXED: ("Not subject to VAT", "VATEX-EU-O"),
}


@dataclass(frozen=True, slots=True)
class VatBreakdownRow:
    """One row of the VAT breakdown: amounts in the invoice's currency."""

    category: str
    percent: Decimal
    base: Decimal
    amount: Decimal
    reason: str = ""
    reason_code: str = ""


def lines_of(paper: InvoicePaper) -> tuple[PaperLine, ...]:
    """The lines that the e-invoice has: without the coin, which is its rounding, in categories that the norm allows.

    Nothing untaxed may stand beside anything taxed (BR-O-11): there it is exempt, and the reason says what it is.
    """
    lines = [_stated(line, paper) for line in paper.lines if not line.is_rounding]
    if {line.tax_category for line in lines} <= {UNTAXED}:
        return tuple(lines)
    return tuple(replace(line, tax_category=EXEMPT) if line.tax_category == UNTAXED else line for line in lines)


def _stated(line: PaperLine, paper: InvoicePaper) -> PaperLine:
    """The line; a standard rate of nothing is the zero rate."""
    category, percent = line.tax_category, line.tax_percent
    if category in WITH_RATE and not percent:
        return replace(line, tax_category=ZERO_RATED)
    if category not in WITH_RATE + WITHOUT_RATE or (category in WITHOUT_RATE and percent):
        raise InputError(
            f"{line.label}: EN 16931 has no VAT category {category} of {percent.normalize():f} %",
            path=paper.number,
            hint="change the tax in the tariff: S with its rate, Z, E, AE, K, G or O without one",
        )
    return line


@dataclass(frozen=True, slots=True)
class Levy:
    """A tax on which VAT is due, as electricity tax is: in the norm a charge on the whole bill (BG-21)."""

    label: str
    amount: Decimal
    category: str  # of the VAT on it
    percent: Decimal


def breakdown(
    paper: InvoicePaper, lines: Sequence[PaperLine], sign: int = 1
) -> tuple[list[VatBreakdownRow], list[Levy]]:
    """The VAT of each category and rate, as it was rounded at issue, and the levies that are in its bases."""
    taxes = _taxes(paper)
    bases: dict[VatKey, Decimal] = {}
    for line in lines:
        key = (line.tax_category, line.tax_percent.normalize())
        bases[key] = bases.get(key, Decimal(0)) + line.amount
    levies = _levies(paper, bases, [tax for key, tax in taxes.items() if key not in bases], taxes)
    for levy in levies:
        bases[levy.category, levy.percent] += levy.amount
    rows = [_row(key, base, taxes.get(key), paper, sign) for key, base in bases.items()]
    return rows, [replace(levy, amount=levy.amount * sign) for levy in levies]


def _taxes(paper: InvoicePaper) -> dict[VatKey, PaperTax]:
    """The taxes of the paper that have a rate, by category and rate."""
    taxes: dict[VatKey, PaperTax] = {}
    for tax in paper.taxes:
        key = (tax.category, tax.percent.normalize())
        if key in taxes and (tax.of_advances or taxes[key].of_advances):
            taxes[key] = _together(taxes[key], tax)
            continue
        if tax.percent and key in taxes:
            raise InputError("two taxes of one category and rate cannot be told apart in EN 16931", path=paper.number)
        if tax.percent:
            taxes[key] = tax
    return taxes


def _together(tax: PaperTax, other: PaperTax) -> PaperTax:
    """The tax of the supply less that of bills in advance: the norm has one sum a rate."""
    return replace(tax, base=tax.base + other.base, amount=tax.amount + other.amount)


def _levies(
    paper: InvoicePaper, bases: Mapping[VatKey, Decimal], others: Sequence[PaperTax], taxes: Mapping[VatKey, PaperTax]
) -> list[Levy]:
    """Taxes that no line has as its VAT: those whose sum is just what one VAT's base has beyond its lines."""
    if not others:
        return []
    beyond = {key: taxes[key].base - base for key, base in bases.items() if key in taxes and taxes[key].base != base}
    if list(beyond.values()) != [sum((tax.amount for tax in others), Decimal(0))]:
        raise InputError(
            f"{', '.join(tax.label for tax in others)}: a line with more than one tax cannot be said in EN 16931",
            path=paper.number,
            hint="unless one is due on the other (`also_on` in the tariff)",
        )
    [(category, percent)] = beyond
    return [Levy(tax.label, tax.amount, category, percent) for tax in others]


def _row(key: VatKey, base: Decimal, tax: PaperTax | None, paper: InvoicePaper, sign: int) -> VatBreakdownRow:
    category, percent = key
    if tax is None and percent:
        raise InputError(f"lines of {category} {percent:f} % have no tax in the invoice", path=paper.number)
    if tax is not None and tax.base != base:
        raise InputError(f"the base of {tax.label} is {tax.base}, its lines sum to {base}", path=paper.number)
    amount = tax.amount if tax else Decimal(0)
    return VatBreakdownRow(category, percent, base * sign, amount * sign, *_reason(category, paper))


def _reason(category: str, paper: InvoicePaper) -> tuple[str, str]:
    """Why there is no VAT; of exempt and untaxed lines together, both reasons."""
    if category not in REASONS:
        return "", ""
    if category != EXEMPT:
        return _reason_of(category, paper), REASONS[category][1]
    own = {line.tax_category for line in paper.lines if not line.is_rounding} & {EXEMPT, UNTAXED}
    return "; ".join(_reason_of(each, paper) for each in (EXEMPT, UNTAXED) if each in own), ""


def _reason_of(category: str, paper: InvoicePaper) -> str:
    """What the tariff says of it, else the norm's words."""
    stated = [tax.reason for tax in paper.taxes if tax.category == category and tax.reason]
    return "; ".join(dict.fromkeys(stated)) or REASONS[category][0]
