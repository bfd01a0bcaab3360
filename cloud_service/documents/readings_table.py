"""The readings behind an invoice: a row a register, and the annex with every interval."""

from decimal import Decimal
from typing import Any

from cloud_service.documents.invoice_lines import shared_places
from cloud_service.documents.paper import InvoicePaper, MeterReading
from cloud_service.documents.translations import Localizer, places_of


def readings_table(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any]:
    """One row a register; the columns of indexes and factors are there where any register has them."""
    places = shared_places((reading.unit, value) for reading in paper.readings for value in _values(reading))
    names = ["meter", "register"]
    names += ["previous", "current"] if any(reading.current is not None for reading in paper.readings) else []
    names += ["multiplier"] if any(reading.multiplier != 1 for reading in paper.readings) else []
    names.append("consumption")

    def cell(reading: MeterReading, name: str) -> str:
        value = getattr(reading, name)
        if isinstance(value, str):
            return value
        if value is None or (name == "multiplier" and value == 1):
            return ""
        if name == "multiplier":
            return localizer.plain(value.normalize())
        text = localizer.number(value, places[reading.unit])
        if name == "current":
            return f"{text} ({localizer.label('readings.estimated' if reading.estimated else 'readings.actual')})"
        if name == "consumption":
            said = (
                f" ({localizer.label('readings.estimated')})" if reading.estimated and reading.current is None else ""
            )
            return f"{text} {reading.unit}{said}"
        return text

    return {
        "title": localizer.label("readings.title"),
        "head": [localizer.label(f"readings.{name}") for name in names],
        "rows": [[cell(reading, name) for name in names] for reading in paper.readings],
    }


def _values(reading: MeterReading) -> list[Decimal]:
    return [value for value in (reading.previous, reading.current, reading.consumption) if value is not None]


def annex_table(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any] | None:
    """Every interval with its time, and their sums; None where the invoice has no annex."""
    if paper.annex is None:
        return None
    values = [value for row in paper.annex.rows for value in row.values]
    places = max([0, *(places_of(value, 3) for value in values)])
    sums = [sum((row.values[at] for row in paper.annex.rows), Decimal(0)) for at in range(len(paper.annex.columns))]
    return {
        "title": localizer.label("annex.title"),
        "head": [localizer.label("annex.at"), *paper.annex.columns],
        "rows": [
            [
                f"{localizer.day(row.start.date())} {row.start:%H:%M}",
                *(localizer.number(value, places) for value in row.values),
            ]
            for row in paper.annex.rows
        ],
        "sums": [localizer.label("annex.total"), *(localizer.number(value, places) for value in sums)],
    }
