"""Bills as a spreadsheet: one row each, with what was received and what is left."""

from datetime import date, timedelta
from typing import Any

from cloud_service.documents.spreadsheet import Cell, SheetColumn, xlsx
from cloud_service.domain.money import round_money
from cloud_service.store.database.session import Session
from cloud_service.store.lists.invoices import invoices as listing
from cloud_service.store.lists.paging import ListQuery, all_of
from cloud_service.store.scope import Scope
from common.reading import as_decimal

COLUMNS = (
    SheetColumn("BILL NO"),
    SheetColumn("TENANT NAME"),
    SheetColumn("BILL DATE", "day"),
    SheetColumn("DUE DATE", "day"),
    SheetColumn("CURRENCY"),
    SheetColumn("BILL AMOUNT", "amount"),
    SheetColumn("RECEIVED AMOUNT", "amount"),
    SheetColumn("OUTSTANDING", "amount"),
    SheetColumn("ENERGY kWh", "number", 3),
    SheetColumn("VOLUME m³", "number", 3),
    SheetColumn("PREPAID"),
    SheetColumn("STATE"),
)


def invoice_spreadsheet(session: Session, first_day: date, end_day: date, today: date) -> bytes:
    """All bills dated from `first_day` up to and without `end_day`, oldest first, as XLSX."""
    last = end_day - timedelta(days=1)
    query = ListQuery(filters={"from": (first_day.isoformat(),), "to": (last.isoformat(),)}, sort="bill_date")
    rows = all_of(session, listing(Scope(), query, today), query)
    return xlsx(f"Bills {first_day} to {end_day}", COLUMNS, map(_row, rows), today)


def _row(row: Any) -> tuple[Cell, ...]:
    amounts = (round_money(amount, row.currency) for amount in (row.total, row.received, row.outstanding))
    return (
        row.number, row.tenant, row.bill_date, row.due_date, row.currency, *amounts, as_decimal(row.energy),
        as_decimal(row.volume), "yes" if row.prepaid else "no", row.state,
    )  # fmt: skip
