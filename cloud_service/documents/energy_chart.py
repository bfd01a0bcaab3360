"""The chart of the last twelve months: bars as shares of the highest."""

from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.documents.paper import InvoicePaper, MonthEnergy
from cloud_service.documents.translations import Localizer

CHART_MONTHS = 12


def energy_chart(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any]:
    """Title, spoken text and a bar a month; heights from 0 to 1."""
    months = _last_months(paper)
    top = max([month.energy for month in months] + [Decimal(0)])
    values = [localizer.number(month.energy, 0) if month in paper.history else "" for month in months]
    names = [localizer.month_short(month.month) for month in months]
    spoken = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
    return {
        "title": f"{localizer.label('chart.title', months=str(len(months)))} ({paper.energy_unit})",
        "alt": localizer.label("chart.alt", values=f"{spoken} {paper.energy_unit}"),
        "bars": [
            {
                "name": name,
                "year": str(month.month.year) if at == 0 or month.month.month == 1 else "",
                "value": value,
                "height": float(round(month.energy / top, 4)) if top else 0.0,
                "billed": month.billed,
            }
            for at, (month, name, value) in enumerate(zip(months, names, values, strict=True))
        ],
    }


def _last_months(paper: InvoicePaper) -> list[MonthEnergy]:
    """Twelve months up to the newest; those that nothing is known of are empty."""
    by_month = {month.month.replace(day=1): month for month in paper.history}
    last = max(by_month)
    count = last.year * 12 + last.month - 1
    firsts = [date(at // 12, at % 12 + 1, 1) for at in range(count - CHART_MONTHS + 1, count + 1)]
    return [by_month.get(first, MonthEnergy(first, Decimal(0))) for first in firsts]
