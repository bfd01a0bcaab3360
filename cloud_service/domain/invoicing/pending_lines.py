"""Lines that wait for a contract's next invoice are added to its rating, and their taxes with them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import plain, round_money
from cloud_service.domain.rating.combined import join

Facts = dict[str, Any]
HUNDRED = Decimal(100)


def take_up(item: Facts, waiting: Sequence[tuple[int, Facts]]) -> Facts:
    """The rated contract with its waiting lines; without any, as it was."""
    if not waiting:
        return item
    extra = [as_part(line, item["currency"]) for _, line in waiting]
    joined = join([item, *extra])
    kept = {key: item[key] for key in ("start", "end", "energy", "max_demand_kw", "history") if key in item}
    return item | joined | kept | {"pending": [id_ for id_, _ in waiting]}


def as_part(line: Facts, currency: str) -> Facts:
    """One line as a rating of its own; its tax stands in `line["tax"]`: name, label, category, percent."""
    amount = Decimal(line["amount"])
    tax = line.get("tax")
    taxes = []
    if tax:
        unrounded = amount * Decimal(tax["percent"]) / HUNDRED
        taxes = [
            {
                "tax": tax["name"],
                "label": tax["label"],
                "category": tax["category"],
                "percent": tax["percent"],
                "base": format(amount, "f"),
                "amount_unrounded": plain(unrounded),
                "amount": format(round_money(unrounded, currency), "f"),
                "path": "",
                "why": f"{tax['percent']} % of {plain(amount)}",
            }
        ]
    due = sum((Decimal(one["amount"]) for one in taxes), Decimal(0))
    vat = [tax["category"], tax["percent"]] if tax else ["O", "0"]
    return {
        "currency": currency,
        "start": line["start"],
        "end": line["end"],
        "lines": [{key: value for key, value in line.items() if key != "tax"} | {"vat": vat}],
        "taxes": taxes,
        "max_demand_kw": None,
        "energy": 0,
        "net": format(amount, "f"),
        "tax": format(due, "f"),
        "total": format(amount + due, "f"),
        "total_unrounded": plain(amount + due),
    }
