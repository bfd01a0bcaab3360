"""A list page from a description: columns, filters, tabs; the address holds all of it, the file has the same query."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request, stream_with_context
from flask_login import current_user

from cloud_service.store.identity.saved_views import views_of
from cloud_service.store.lists.paging import Listing, ListQuery, all_of, page_of
from cloud_service.web.database import session
from cloud_service.web.language.formatting import plain
from cloud_service.web.language.list_nouns import NOUNS, ListNoun
from common.reading import as_decimal

RESERVED = {"q", "sort", "dir", "page", "size"}
SIZES = (25, 50, 100, 200)
RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run such a text as a formula


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `kind` says how a value is written, `unit` names the field of its currency, `link` its address."""

    key: str
    label: str
    kind: str = "text"
    unit: str = ""
    link: Callable[[Any], str] | None = None
    sortable: bool = True
    strong: bool = False
    in_file: bool = True
    on_screen: bool = True
    nowrap: bool = False
    show_unit: bool = False

    @property
    def numeric(self) -> bool:
        """Whether it is set to the right."""
        return self.kind in ("amount", "kwh", "number", "decimal")


@dataclass(frozen=True, slots=True)
class Filter:
    """A field of the filter form: `date`, `choice` (one of), or `several` (tick boxes)."""

    key: str
    label: str
    kind: str = "choice"
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything that makes a list; `noun` is what it lists, a key of `list_nouns.NOUNS`."""

    name: str
    title: str
    section: str
    noun: str
    columns: tuple[Column, ...]
    search: str = ""
    filters: tuple[Filter, ...] = ()
    tabs: tuple[tuple[str, str], ...] = ()
    order: tuple[str, bool] = ("", False)
    empty: str = ""
    icon: str = ""
    template: str = "list.html"
    help: str = ""
    foot: tuple[tuple[str, str, str], ...] = ()  # label, sum, kind

    @property
    def sentences(self) -> ListNoun:
        """What the page says of its rows."""
        return NOUNS[self.noun]


def query_of(page: ListPage) -> ListQuery:
    """What the address asks for; `name:value` in the search box is a filter too. Nonsense is left out."""
    filters: dict[str, tuple[str, ...]] = {}
    by_key = {list_filter.key: list_filter for list_filter in page.filters}
    for name, list_filter in by_key.items():
        values = tuple(value for value in request.args.getlist(name) if value and _fits(list_filter, value))
        if values:
            filters[name] = values
    search_words = []
    for word in request.args.get("q", "").split():
        name, colon, value = word.partition(":")
        if colon and name in by_key and _fits(by_key[name], value):
            filters[name] = (*filters.get(name, ()), value)
        else:
            search_words.append(word)
    sort = request.args.get("sort", "")
    descending = request.args.get("dir", "desc" if not sort and page.order[1] else "asc") == "desc"
    return ListQuery(
        text=" ".join(search_words),
        filters=filters,
        sort=sort or page.order[0],
        descending=descending,
        page=_number("page", 1),
        size=_number("size", SIZES[0]),
    )


def _fits(list_filter: Filter, value: str) -> bool:
    if list_filter.kind != "date":
        return not list_filter.options or value in dict(list_filter.options)
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _number(name: str, default: int) -> int:
    value = request.args.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 7 else default  # noqa: PLR2004 - a million pages


def respond(
    page: ListPage, listing: Listing, query: ListQuery, *, as_file: bool = False, **values: Any
) -> Response | str:
    """The page, or the file with all rows of the same query."""
    if as_file:
        return file_of(page, listing, query)
    rows = page_of(session(), listing, query)
    saved = views_of(session(), current_user.id, page.name) if page.tabs else []
    return render_template(page.template, list=page, query=query, page=rows, saved=saved, sizes=SIZES, **values)


def file_of(page: ListPage, listing: Listing, query: ListQuery) -> Response:
    """A CSV file, streamed: one header row, ISO dates, dots in decimals, currencies in columns of their own."""
    columns = [column for column in page.columns if column.in_file]

    def lines() -> Iterator[str]:
        yield "\ufeff" + line_of(
            [str(column.label) for column in columns]
        )  # the mark tells spreadsheets that this is UTF-8
        for row in all_of(session(), listing, query):
            yield line_of([_cell(column, row) for column in columns])

    answer = Response(stream_with_context(lines()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{page.name}-{date.today():%Y-%m-%d}.csv"'  # noqa: DTZ011 - a name, not a fact
    return answer


def _cell(column: Column, row: Any) -> str:
    value = getattr(row, column.key)
    if column.kind == "kwh" and value is not None:
        return f"{as_decimal(value):f}"
    text = plain(value)
    return "'" + text if column.kind in ("text", "state") and text.startswith(RISKY) else text


def line_of(cells: list[str]) -> str:
    """One line of a CSV file."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def here(path: str = "", /, **changes: Any) -> str:
    """The present address with some parameters changed; None takes one out. A changed list starts at its first page."""
    args = request.args.to_dict(flat=False)
    if set(changes) - {"page"}:
        args.pop("page", None)
    for name, value in changes.items():
        args.pop(name, None)
        if value is not None and value != "":
            args[name] = [str(entry) for entry in value] if isinstance(value, list | tuple) else [str(value)]
    query = urlencode([(name, value) for name, values in args.items() for value in values if value])
    return (path or request.path) + (f"?{query}" if query else "")


def csv_response(lines: list[list[str]], name: str) -> Response:
    """Lines as a file."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    answer = Response("\ufeff" + buffer.getvalue(), mimetype="text/csv")
    safe = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in name)
    answer.headers["Content-Disposition"] = f'attachment; filename="{safe}.csv"'
    return answer
