"""The readings behind an invoice: a row a register, and the annex with every interval."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.documents.invoice_lines import shared_places
from cloud_service.documents.paper import InvoicePaper, MeterReading
from cloud_service.documents.translations import Localizer, places_of


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table: its head, its cells, and whether they are numbers."""

    head: str
    cell: Callable[[MeterReading], str]
    is_number: bool = True


def readings_table(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any]:
    """One row a register; the columns of indexes and factors are there where any register has them."""
    columns = _columns(paper, localizer)
    return {
        "title": localizer.label("readings.title"),
        "head": [column.head for column in columns],
        "numbers": [column.is_number for column in columns],
        "rows": [[column.cell(reading) for column in columns] for reading in paper.readings],
    }


def _columns(paper: InvoicePaper, localizer: Localizer) -> list[_Column]:
    places = shared_places((reading.unit, value) for reading in paper.readings for value in _values(reading))
    days = (_only_day(reading.previous_day for reading in paper.readings),
            _only_day(reading.current_day for reading in paper.readings))  # fmt: skip

    def index(value: Decimal | None, day: date | None, reading: MeterReading, *, day_in_head: bool) -> str:
        if value is None:
            return "–"
        text = localizer.number(value, places[reading.unit])
        return text if day_in_head or day is None else f"{text}\n{localizer.day(day)}"

    def old(reading: MeterReading) -> str:
        text = index(reading.previous, reading.previous_day, reading, day_in_head=days[0] is not None)
        return f"{text}\n{localizer.label('readings.estimated')}" if reading.previous_estimated else text

    def consumption(reading: MeterReading) -> str:
        unit = localizer.unit(reading.unit, reading.consumption)
        return f"{localizer.number(reading.consumption, places[reading.unit])} {unit}"

    columns = [
        _Column(localizer.label("readings.meter"), lambda reading: reading.meter, is_number=False),
        _Column(localizer.label("readings.register"), lambda reading: _counter(reading, localizer), is_number=False),
    ]
    if any(reading.current is not None for reading in paper.readings):
        columns += [
            _Column(_head("previous", days[0], localizer), old),
            _Column(
                _head("current", days[1], localizer),
                lambda reading: index(reading.current, reading.current_day, reading, day_in_head=days[1] is not None),
            ),
        ]
    columns.append(_Column(localizer.label("readings.how"), lambda reading: _how(reading, localizer), is_number=False))
    if any(reading.multiplier != 1 for reading in paper.readings):
        columns.append(_Column(localizer.label("readings.multiplier"), lambda reading: _factor(reading, localizer)))
    return [*columns, _Column(localizer.label("readings.consumption"), consumption)]


def _only_day(days: Any) -> date | None:
    """The day that all have, None where they differ."""
    different = {day for day in days if day is not None}
    return different.pop() if len(different) == 1 else None


def _head(name: str, day: date | None, localizer: Localizer) -> str:
    label = localizer.label(f"readings.{name}")
    return label if day is None else f"{label}\n{localizer.day(day)}"


def _how(reading: MeterReading, localizer: Localizer) -> str:
    return localizer.label("readings.estimated" if reading.estimated else "readings.actual")


def _factor(reading: MeterReading, localizer: Localizer) -> str:
    return "" if reading.multiplier == 1 else f"× {localizer.plain(reading.multiplier.normalize())}"


def _counter(reading: MeterReading, localizer: Localizer) -> str:
    """What the register counts, in words: the names that devices have for it are nobody's language.

    A code (1.8.0) and a rate's own name stay beside the word.
    """
    names = localizer.section("counts")
    kind = max((name for name in names if f"{reading.counts}_".startswith(f"{name}_")), key=len, default="")
    if not kind:
        return reading.register
    rate = reading.counts.removeprefix(kind).strip("_")
    if kind == "import" and reading.utility in localizer.section("utility"):
        word = localizer.label(f"utility.{reading.utility}")
    else:
        word = names[kind]
    if reading.register[:1].isdigit():
        return f"{word} ({reading.register})"
    rate = names.get(f"rate_{rate.lower()}", rate.removeprefix("energy_").replace("_", " "))
    return f"{word}, {rate}" if rate else word


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
