"""Bills as a spreadsheet: one row each, with what was received and what is left."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from cloud_service.documents.spreadsheet import Cell, Column, xlsx
from cloud_service.store.bills import Filter, invoice_rows
from cloud_service.store.session import Session

PAGE = 1000
COLUMNS = (
    Column("BILL NO"),
    Column("TENANT NAME"),
    Column("BILL DATE", "day"),
    Column("DUE DATE", "day"),
    Column("CURRENCY"),
    Column("BILL AMOUNT", "number"),
    Column("RECEIVED AMOUNT", "number"),
    Column("OUTSTANDING", "number"),
    Column("ENERGY kWh", "number", 3),
    Column("PREPAID"),
    Column("STATE"),
)


def bills(session: Session, first_day: date, end_day: date, today: date) -> bytes:
    """All bills dated from `first_day` up to and without `end_day`, oldest first, as XLSX."""
    wanted = Filter(today=today, bill_from=first_day, bill_until=end_day)
    return xlsx(f"Bills {first_day} to {end_day}", COLUMNS, _rows(session, wanted), today)


def _rows(session: Session, wanted: Filter) -> Iterator[tuple[Cell, ...]]:
    offset = 0
    while page := invoice_rows(session, wanted, order="bill_date", limit=PAGE, offset=offset):
        for row in page:
            yield (
                row.number, row.tenant, row.bill_date, row.due_date, row.currency, row.amount, row.received,
                row.outstanding, Decimal(row.energy) / 1000, "yes" if row.prepaid else "no", row.state,
            )  # fmt: skip
        offset += PAGE
