"""What the books say of some days: revenue and consumption, the cash book, the journal of all bookings as a file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context

from cloud_service.store.database.session import Session
from cloud_service.store.receivables import journal
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.forms import parse_day
from cloud_service.web.language.formatting import plain
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Column, line_of

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
REPORTS = {report.name: report for report in (REVENUE, CASH_BOOK)}


@blueprint.get("/revenue", defaults={"name": "revenue"}, endpoint="revenue")
@blueprint.get("/cash-book", defaults={"name": "cash-book"}, endpoint="cash_book")
@access(May.READ)
def show(name: str) -> str:
    """A report of some days."""
    report, (start, end) = REPORTS[name], _reported_days()
    rows = list(_rows(report.query, start, end))
    return render_template("console/report.html", report=report, rows=rows, start=start, end=end)


@blueprint.get("/revenue.csv", defaults={"name": "revenue"}, endpoint="revenue_file")
@blueprint.get("/cash-book.csv", defaults={"name": "cash-book"}, endpoint="cash_book_file")
@access(May.READ)
def file(name: str) -> Response:
    """The same as a file."""
    report, (start, end) = REPORTS[name], _reported_days()
    lines = ([plain(getattr(row, column.key)) for column in report.columns] for row in _rows(report.query, start, end))
    return _csv(f"{name}-{start}-{end}", [column.label for column in report.columns], lines)


@blueprint.get("/journal.csv")
@access(May.READ)
def journal_file() -> Response:
    """All bookings of the days for accounting, streamed: debit and credit of each entry are equal."""
    start, end = _reported_days()
    lines = ([plain(value) for value in asdict(row).values()] for row in _rows(journal.journal, start, end))
    return _csv(f"journal-{start}-{end}", [column.name for column in fields(journal.JournalLine)], lines)


def _rows(query: Query, start: date, end: date) -> Iterator[Any]:
    """The rows of all legal entities that the reader may see."""
    allowed = scope().entities
    for entity in [None] if allowed is None else sorted(allowed):
        yield from query(session(), start, end, entity)


def _csv(name: str, head: list[str], lines: Iterable[list[str]]) -> Response:
    def body() -> Iterator[str]:
        yield "\ufeff" + line_of(head)
        for cells in lines:
            yield line_of(cells)

    answer = Response(stream_with_context(body()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _reported_days() -> tuple[date, date]:
    """The asked days, both included; last month and this one by default."""
    last = today()
    first = (last.replace(day=1) - timedelta(days=1)).replace(day=1)
    start = parse_day(request.args.get("from") or first.isoformat(), "from")
    return start, parse_day(request.args.get("to") or last.isoformat(), "to")
