"""Reports as spreadsheets in a company's language: the columns of a list, its rows as they come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cloud_service.documents.spreadsheet import Cell, Kind, SheetColumn, xlsx
from cloud_service.documents.translations import localizer_for
from cloud_service.domain.money import round_money
from common.reading import as_decimal

ENERGY_PLACES = 3


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A field of a row; `currency` names the field that holds an amount's currency, `head` its label."""

    key: str
    kind: Kind = "text"
    currency: str = ""
    head: str = ""


AGED = (
    *(ReportColumn(key, head=head) for key, head in (("account", ""), ("client", "tenant"), ("currency", ""))),
    *(ReportColumn(key, "amount", "currency") for key in ("not_due", "days_30", "days_60", "days_90", "older")),
    ReportColumn("total", "amount", "currency", "outstanding"),
)
PAYMENTS = (
    ReportColumn("day", "day"),
    *(ReportColumn(key) for key in ("tenant", "account", "kind", "provider", "provider_ref", "currency")),
    ReportColumn("amount", "amount", "currency"),
    ReportColumn("amount_local", "amount", "local_currency"),
    ReportColumn("unallocated", "amount", "currency"),
    ReportColumn("local_currency"),
    ReportColumn("author"),
)
BILLS = (
    *(ReportColumn(key) for key in ("number", "tenant")),
    *(ReportColumn(key, "day") for key in ("bill_date", "due_date")),
    ReportColumn("currency"),
    *(ReportColumn(key, "amount", "currency") for key in ("total", "received", "outstanding")),
    *(ReportColumn(key, "number") for key in ("energy", "volume")),
    *(ReportColumn(key) for key in ("prepaid", "state", "account", "local_currency")),
    *(ReportColumn(key, "amount", "local_currency") for key in ("total_local", "outstanding_local")),
)
COLUMNS = {"open_items": AGED, "payments": PAYMENTS, "bills": BILLS}


def report_sheet(kind: str, rows: Iterable[Any], day: date, locale: str) -> bytes:
    """The file of a report."""
    columns: Sequence[ReportColumn] = COLUMNS[kind]
    localizer = localizer_for(locale)
    heads = [
        SheetColumn(localizer.label(f"report.{column.head or column.key}"), column.kind, ENERGY_PLACES)
        for column in columns
    ]
    cells = ([_cell(column, row) for column in columns] for row in rows)
    return xlsx(localizer.label(f"report.{kind}"), heads, cells, day)


def _cell(column: ReportColumn, row: Any) -> Cell:
    value = getattr(row, column.key)
    if value is None:
        return None
    if column.kind == "amount":
        return round_money(value, getattr(row, column.currency))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.kind == "number":  # energy, thousandths of its unit
        return as_decimal(value)
    return value if column.kind == "day" else str(value)
