"""A line of the bill in the fields of the norm (BG-25): what, how much, at which price, for which days, read where."""

from decimal import Decimal
from typing import Any

from cloud_service.documents.einvoice.figures import amount_text
from cloud_service.documents.einvoice.units import PIECE, unit_code
from cloud_service.documents.einvoice.vat import UNTAXED
from cloud_service.documents.line_names import line_name
from cloud_service.documents.paper import InvoicePaper, PaperLine
from cloud_service.documents.translations import Localizer, localizer_for
from cloud_service.domain.money import plain, round_money


def line_terms(at: int, line: PaperLine, paper: InvoicePaper, sign: int) -> dict[str, Any]:
    """The line."""
    localizer = localizer_for(paper.locale)
    quantity, unit, price, counted = _priced(line, paper.currency, sign, localizer)
    first, last = days_of(line, paper)
    estimated = localizer.label("readings.estimated") if line.estimated else ""
    description = " · ".join(text for text in (line.group, line.note, counted, estimated) if text)
    terms: dict[str, Any] = {
        "BT-126": str(at),
        "BT-129": plain(quantity),
        "BT-130": unit,
        "BT-131": amount_text(line.amount * sign, paper.currency),
        "BT-134": first,
        "BT-135": last,
        "BT-146": plain(price),
        "BT-151": line.tax_category,
        "BT-153": line_name(line.label, line.charge, localizer),
    }
    terms |= {"BT-154": description} if description else {}
    return terms | ({} if line.tax_category == UNTAXED else {"BT-152": plain(line.tax_percent)})


def days_of(line: PaperLine, paper: InvoicePaper) -> tuple[Any, Any]:
    """The first and the last day that a line is for."""
    return line.days or (paper.first_day, paper.last_day)


def _priced(line: PaperLine, currency: str, sign: int, localizer: Localizer) -> tuple[Decimal, str, Decimal, str]:
    """(quantity, unit, price, what was counted): quantity × price gives the amount, a price is never negative.

    Where rating says otherwise (a share, a minimum), or the unit has no code, one piece is billed and what was
    counted is said in words.
    """
    amount, quantity, price, unit = line.amount * sign, line.quantity * sign, line.price, unit_code(line.unit)
    if price is None or unit is None or round_money(quantity * price, currency) != amount:
        said = (
            f"{plain(line.quantity)} {localizer.unit(line.unit, line.quantity)}".strip()
            if price is None or unit is None
            else ""
        )
        return Decimal(-1 if amount < 0 else 1), PIECE, abs(amount), said
    return (-quantity, unit, -price, "") if price < 0 else (quantity, unit, price, "")
