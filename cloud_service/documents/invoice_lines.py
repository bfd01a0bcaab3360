"""The lines of an invoice and their sums as finished texts."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

from cloud_service.documents.paper import InvoicePaper, PaperLine, PaperTax
from cloud_service.documents.translations import Localizer, places_of

PRICE_PLACES_MIN = 2


def line_groups(paper: InvoicePaper, localizer: Localizer) -> list[dict[str, Any]]:
    """Lines below the name of their meter or supply point; equal units and all prices share their count of places."""
    places = shared_places((line.unit, line.quantity) for line in paper.lines)
    price_places = max([PRICE_PLACES_MIN, *(places_of(line.price) for line in paper.lines if line.price is not None)])

    def row(line: PaperLine) -> dict[str, str]:
        return {
            "label": line.label,
            "note": line.note or (localizer.period(*line.days) if line.days else ""),
            "quantity": localizer.number(line.quantity, places[line.unit]),
            "unit": localizer.unit(line.unit, line.quantity),
            "price": "" if line.price is None else localizer.number(line.price, price_places),
            "amount": localizer.amount(line.amount, paper.currency),
        }

    return [
        {"name": name, "lines": [row(line) for line in lines]}
        for name, lines in groupby(paper.lines, key=lambda line: line.group)
    ]


def shared_places(quantities: Iterable[tuple[str, Decimal]]) -> dict[str, int]:
    """For each unit the places that its most precise quantity needs."""
    places: dict[str, int] = {}
    for unit, quantity in quantities:
        places[unit] = max(places.get(unit, 0), places_of(quantity))
    return places


def totals(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any]:
    """Net, each tax, the total, in the seller's currency too where it is another, and what credit leaves to pay."""
    rows = [{"label": localizer.label("lines.net"), "value": localizer.money(paper.net, paper.currency)}]
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


def _tax_name(tax: PaperTax, localizer: Localizer) -> str:
    """`VAT 16 %`; a label that tells its rate already is left as it is."""
    has_rate = f"{tax.percent.normalize():f}" in tax.label.replace(",", ".")
    return tax.label if has_rate else f"{tax.label} {localizer.percent(tax.percent)}"
