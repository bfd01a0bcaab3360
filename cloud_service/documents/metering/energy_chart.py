"""The charts of the last thirteen months, one a utility: bars as shares of the highest, beside those a year before."""

from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.documents.paper import InvoicePaper, MonthEnergy, UtilityUse
from cloud_service.documents.translations import Localizer
from common.period import add_months

CHART_MONTHS = 13
FINE = Decimal(20)  # below it a bar's number needs a decimal place


def energy_charts(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any] | None:
    """Title, legend and a chart a utility; None where no month of any is known."""
    uses = [use for use in paper.uses if use.months]
    if not uses:
        return None
    charts = [_chart(use, localizer, with_name=len(paper.uses) > 1) for use in uses]
    compared = any(bar["before"] is not None for chart in charts for bar in chart["bars"])
    return {
        "title": localizer.label("chart.title", months=str(CHART_MONTHS)),
        "legend": [localizer.label("chart.this_year"), localizer.label("chart.year_before")] if compared else [],
        "charts": charts,
    }


def _chart(use: UtilityUse, localizer: Localizer, *, with_name: bool) -> dict[str, Any]:
    """A bar a month, heights from 0 to 1; a month of which nothing is known has no bar and no number."""
    by_month = {month.month.replace(day=1): month for month in use.months}
    newest = max(by_month)
    months = [add_months(newest, at - CHART_MONTHS + 1) for at in range(CHART_MONTHS)]
    months_drawn = [
        month for first in months for month in (by_month.get(first), by_month.get(add_months(first, -12))) if month
    ]
    top = max([Decimal(0), *(month.energy for month in months_drawn)])
    unit = localizer.unit(use.unit, Decimal(2))
    name = f"{localizer.utility(use.utility)}, {unit}" if with_name else unit
    places = 0 if top >= FINE else 1
    return {
        "name": name,
        "alt": localizer.label("chart.alt", values=_spoken(months, by_month, localizer, places) + f" {unit}"),
        "bars": [_bar(first, at, by_month, top, localizer, places) for at, first in enumerate(months)],
    }


def _bar(  # noqa: PLR0917 -- a month in its chart
    first: date, at: int, by_month: dict[date, MonthEnergy], top: Decimal, localizer: Localizer, places: int
) -> dict[str, Any]:
    month, before = by_month.get(first), by_month.get(add_months(first, -12))
    return {
        "name": localizer.month_short(first),
        "year": str(first.year) if at == 0 or first.month == 1 else "",
        "value": localizer.number(month.energy, places) if month else "",
        "height": _height(month, top),
        "before": _height(before, top) if before else None,
        "billed": bool(month and month.billed),
    }


def _height(month: MonthEnergy | None, top: Decimal) -> float:
    return float(round(max(month.energy, Decimal(0)) / top, 4)) if month and top else 0.0


def _spoken(months: list[date], by_month: dict[date, MonthEnergy], localizer: Localizer, places: int) -> str:
    """All that the bars show, for who cannot see them."""
    texts = []
    for first in months:
        month, before = by_month.get(first), by_month.get(add_months(first, -12))
        value = localizer.number(month.energy, places) if month else "–"
        past = f" ({localizer.number(before.energy, places)})" if before else ""
        texts.append(f"{localizer.month_short(first)} {value}{past}")
    return ", ".join(texts)
