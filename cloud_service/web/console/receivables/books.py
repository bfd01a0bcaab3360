"""What the books say of some days: revenue and consumption, the cash book, the journal of all bookings as a file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request

from cloud_service.sheets.files.table_file import Kind, SheetColumn
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import journal
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.forms import parse_day
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.lists.column import Column
from cloud_service.web.lists.files import file_response, rows_file

blueprint = Blueprint("books", __name__, url_prefix="/reports")
Query = Callable[[Session, date, date, int | None], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """A report over days: its words, its columns, its query."""

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    query: Query
    empty: str


REVENUE = Report(
    "revenue", _l("Revenue and consumption"),
    _l("net amounts and quantities of the bills of these days; credit notes count against"),
    (
        Column("month", _l("Month"), "date", sortable=False),
        Column("charge", _l("Kind of price"), "charge", sortable=False, strong=True),
        Column("currency", _l("Currency"), sortable=False),
        Column("net", _l("Net"), "amount", unit="currency", sortable=False),
        Column("quantity", _l("Quantity"), "decimal", sortable=False),
        Column("unit", _l("Unit"), sortable=False),
        Column("lines", _l("Lines"), "number", sortable=False),
    ),
    journal.revenue, _l("No bill is dated in these days."),
)  # fmt: skip
CASH_BOOK = Report(
    "cash-book", _l("Cash book"), _l("money in and out, with the balance after each"),
    (
        Column("day", _l("Day"), "date", sortable=False),
        Column("kind", _l("Booking"), "booking", sortable=False),
        Column("text", _l("Text"), sortable=False),
        Column("account", _l("Account"), sortable=False),
        Column("client", _l("TENANT NAME"), sortable=False),
        Column("currency", _l("Currency"), sortable=False),
        Column("amount", _l("Amount"), "amount", unit="currency", sortable=False),
        Column("balance", _l("Balance"), "amount", unit="currency", sortable=False, strong=True),
    ),
    journal.cash_book, _l("No money moved in these days."),
)  # fmt: skip
JOURNAL_KINDS: dict[str, Kind] = {"entry": "number", "day": "day", "debit": "amount", "credit": "amount"}
REPORTS = {report.name: report for report in (REVENUE, CASH_BOOK)}


@blueprint.get("/revenue", defaults={"name": "revenue"}, endpoint="revenue")
@blueprint.get("/cash-book", defaults={"name": "cash-book"}, endpoint="cash_book")
@access(May.READ)
def show(name: str) -> str:
    """A report of some days."""
    report, (start, end) = REPORTS[name], _reported_days()
    rows = list(_rows(report.query, start, end))
    return render_template("console/report.html", report=report, rows=rows, start=start, end=end)


@blueprint.get("/revenue.<any(csv, xlsx):form>", defaults={"name": "revenue"}, endpoint="revenue_file")
@blueprint.get("/cash-book.<any(csv, xlsx):form>", defaults={"name": "cash-book"}, endpoint="cash_book_file")
@access(May.READ)
def file(name: str, form: str) -> Response:
    """The same as a file."""
    report, (start, end) = REPORTS[name], _reported_days()
    rows = _rows(report.query, start, end)
    return rows_file(f"{name}-{start}-{end}", str(report.title), report.columns, rows, form)


@blueprint.get("/journal.<any(csv, xlsx):form>")
@access(May.READ)
def journal_file(form: str) -> Response:
    """All bookings of the days for accounting, streamed: debit and credit of each entry are equal."""
    start, end = _reported_days()
    columns = [
        SheetColumn(column.name, JOURNAL_KINDS.get(column.name, "text")) for column in fields(journal.JournalLine)
    ]
    lines = (list(asdict(row).values()) for row in _rows(journal.journal, start, end))
    return file_response(f"journal-{start}-{end}", "journal", columns, lines, form)


def _rows(query: Query, start: date, end: date) -> Iterator[Any]:
    """The rows of all legal entities that the reader may see."""
    allowed = scope().entities
    for entity in [None] if allowed is None else sorted(allowed):
        yield from query(session(), start, end, entity)


def _reported_days() -> tuple[date, date]:
    """The asked days, both included; last month and this one by default."""
    last = today()
    first = (last.replace(day=1) - timedelta(days=1)).replace(day=1)
    start = parse_day(request.args.get("from") or first.isoformat(), "from")
    return start, parse_day(request.args.get("to") or last.isoformat(), "to")
