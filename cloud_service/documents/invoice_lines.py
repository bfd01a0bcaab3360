"""The lines of an invoice and their sums as finished texts."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from cloud_service.documents.line_names import ADVANCE, line_name
from cloud_service.documents.paper import InvoicePaper, PaperLine, PaperTax
from cloud_service.documents.translations import Localizer, places_of

PRICE_PLACES_MIN = 2
SEVERAL = 2
FACT_UNITS = {"kw": "kW", "kva": "kVA", "m2": "m²", "m3": "m³", "a": "A"}


def line_groups(paper: InvoicePaper, localizer: Localizer) -> list[dict[str, Any]]:
    """Lines below the name of their meter or supply point, with its sum where there are several.

    Equal units share their count of places.
    """
    places = shared_places((line.unit, line.quantity) for line in paper.lines)
    mixed = len({line.utility for line in paper.lines if line.utility}) > 1

    def row(line: PaperLine) -> dict[str, str]:
        return {
            "label": _name(line, localizer),
            "note": _note(line, localizer),
            "quantity": localizer.number(line.quantity, places[line.unit]),
            "unit": _unit(line, localizer),
            "price": "" if line.price is None else _price(line.price, localizer),
            "amount": localizer.amount(line.amount, paper.currency),
        }

    def key(line: PaperLine) -> tuple[str, str]:
        return (line.utility if mixed else "", line.group)

    own = [line for line in paper.lines if not _settles(line, paper)]
    groups = [(names, list(lines)) for names, lines in groupby(own, key=key)]
    advances = [line for line in paper.lines if _settles(line, paper)]
    several = len(groups) + bool(advances) > 1
    rows = [
        {
            "name": _group_name(utility, name, localizer, alone=not several),
            "sum": _sum(lines, paper, localizer) if several else "",
            "lines": [row(line) for line in lines],
            "advances": False,
        }
        for (utility, name), lines in groups
    ]
    if advances:
        title = localizer.label("advances.title")
        lines = [row(line) for line in advances]
        rows.append({"name": title, "sum": _sum(advances, paper, localizer), "lines": lines, "advances": True})
    return rows


def _note(line: PaperLine, localizer: Localizer) -> str:
    """Its days where they are not the bill's, and what made its quantity: `30 days × 4.4 kW`."""
    said = [line.note or (localizer.period(*line.days) if line.days else "")]
    if line.times is not None and line.times.value:
        count, value = line.quantity / line.times.value, line.times.value
        time, factor = (localizer.number(each, places_of(each)) for each in (count, value))
        said.append(f"{time} {localizer.unit(line.unit, count)} × {factor} {_symbol(line.times.fact)}".strip())
    return " · ".join(text for text in said if text)


def _unit(line: PaperLine, localizer: Localizer) -> str:
    unit, symbol = localizer.unit(line.unit, line.quantity), _symbol(line.times.fact) if line.times else ""
    return f"{unit} × {symbol}" if symbol else unit


def _symbol(fact: str) -> str:
    """The unit that the name of a fact ends with, as in `contracted_kw`; empty for counts such as `meters`."""
    return FACT_UNITS.get(fact.rpartition("_")[2], "")


def _settles(line: PaperLine, paper: InvoicePaper) -> bool:
    """Whether the line takes a bill in advance off: those stand in a table of their own, with their taxes."""
    return bool(paper.advances) and line.charge == ADVANCE and line.amount < 0


def advances_table(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any] | None:
    """The bills in advance that are taken off, and what was paid of them; the last row sums them."""
    if not paper.advances:
        return None
    columns = ("number", "date", "net", "tax", "total", "paid")

    def money(*amounts: Decimal | None) -> list[str]:
        return ["" if amount is None else localizer.amount(amount, paper.currency) for amount in amounts]

    rows = [
        [each.number, localizer.day(each.day), *money(each.net, each.tax, each.total, each.paid)]
        for each in paper.advances
    ]
    paid = None if any(each.paid is None for each in paper.advances) else _total(paper, "paid")
    sums = money(_total(paper, "net"), _total(paper, "tax"), _total(paper, "total"), paid)
    return {
        "title": f"{localizer.label('advances.title')} ({paper.currency})",
        "head": [localizer.label(f"advances.{name}") for name in columns],
        "rows": rows,
        "sums": ["", "", *sums],
    }


def _total(paper: InvoicePaper, name: str) -> Decimal:
    return sum((getattr(each, name) for each in paper.advances), Decimal(0))


def _group_name(utility: str, name: str, localizer: Localizer, *, alone: bool) -> str:
    parts = [localizer.utility(utility) if utility else "", name]
    return " · ".join(filter(None, parts)) or ("" if alone else localizer.label("lines.other"))


def _sum(lines: Sequence[PaperLine], paper: InvoicePaper, localizer: Localizer) -> str:
    return localizer.amount(sum((line.amount for line in lines), Decimal(0)), paper.currency)


def _price(price: Decimal, localizer: Localizer) -> str:
    """With the places that it has, two at least: those of other lines are none of its own."""
    return localizer.number(price, max(PRICE_PLACES_MIN, places_of(price)))


def _name(line: PaperLine, localizer: Localizer) -> str:
    """What it is called, and that it was estimated."""
    name = line_name(line.label, line.charge, localizer)
    return f"{name} ({localizer.label('readings.estimated')})" if line.estimated else name


def shared_places(quantities: Iterable[tuple[str, Decimal]]) -> dict[str, int]:
    """For each unit the places that its most precise quantity needs."""
    places: dict[str, int] = {}
    for unit, quantity in quantities:
        places[unit] = max(places.get(unit, 0), places_of(quantity))
    return places


def totals(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any]:
    """Net, each tax, the total, in the seller's currency too where it is another, and what credit leaves to pay."""
    rows = _sums_of_utilities(paper, localizer)
    if paper.advances:
        advances = _total(paper, "net")
        supply = localizer.money(paper.net + advances, paper.currency)
        rows.append({"label": localizer.label("advances.before"), "value": supply})
        taken_off = localizer.money(-advances, paper.currency)
        rows.append({"label": localizer.label("advances.title"), "value": taken_off})
    rows.append({"label": localizer.label("lines.net"), "value": localizer.money(paper.net, paper.currency)})
    for tax in paper.taxes:
        label = localizer.label(
            "lines.tax", label=_tax_name(tax, localizer), base=localizer.money(tax.base, paper.currency)
        )
        rows.append({"label": label, "value": localizer.money(tax.amount, paper.currency)})
    local = ""
    if paper.local_total is not None and paper.local_rate is not None and paper.local_currency != paper.currency:
        local = localizer.label(
            "lines.local",
            amount=localizer.money(paper.local_total, paper.local_currency),
            rate=localizer.plain(paper.local_rate.normalize()),
            currency=paper.local_currency,
            local_currency=paper.currency,
        )
    label = localizer.label("lines.credit_total" if paper.kind == "credit_note" else "lines.total")
    left = []
    if paper.settled and paper.payable:
        left = [
            {"label": localizer.label("lines.settled"), "value": localizer.money(-paper.settled, paper.currency)},
            {"label": localizer.label("summary.due"), "value": localizer.money(paper.due, paper.currency)},
        ]
    total = localizer.money(paper.total, paper.currency)
    return {"rows": rows, "label": label, "value": total, "local": local, "left": left}


def _sums_of_utilities(paper: InvoicePaper, localizer: Localizer) -> list[dict[str, str]]:
    """The sum of each utility and, where some lines are of none, of the rest.

    Nothing on the bill of one utility, nor where each has one meter: its sum stands beside its name.
    """
    sums: dict[str, Decimal] = {}
    for line in paper.lines:
        sums[line.utility] = sums.get(line.utility, Decimal(0)) + line.amount
    utilities = {line.utility for line in paper.lines if line.utility}
    meters = {(line.utility, line.group) for line in paper.lines if line.utility}
    if len(utilities) < SEVERAL or len(meters) == len(utilities):
        return []
    rest = {"": sums.pop("")} if "" in sums else {}
    return [
        {
            "label": localizer.utility(utility) if utility else localizer.label("lines.other"),
            "value": localizer.money(amount, paper.currency),
        }
        for utility, amount in (sums | rest).items()
    ]


def _tax_name(tax: PaperTax, localizer: Localizer) -> str:
    """`VAT 16 %`; a label that tells its rate already is left as it is. Where none is charged, why."""
    has_rate = f"{tax.percent.normalize():f}" in tax.label.replace(",", ".")
    name = tax.label if has_rate else f"{tax.label} {localizer.percent(tax.percent)}"
    return f"{name} ({tax.reason})" if tax.reason else name
