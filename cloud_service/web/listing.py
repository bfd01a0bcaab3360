"""A list page from a description: columns, filters, tabs; the address holds all of it, the file has the same query."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Response, render_template, request
from flask_login import current_user

from cloud_service.store.identity.saved_views import views_of
from cloud_service.store.lists.paging import Listing, ListQuery, all_of, page_of
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.language.list_nouns import NOUNS, ListNoun
from cloud_service.web.lists.chosen_columns import SIZES, columns_in_order, own_choice
from cloud_service.web.lists.column import Column
from cloud_service.web.lists.files import rows_file
from cloud_service.web.lists.offers import offers_of, row_label

RESERVED = {"q", "sort", "dir", "page", "size"}


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
        size=_number("size", own_choice(page.name).size),
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


def _shown(page: ListPage, listing: Listing) -> list[Column]:
    """The columns as the person chose them; only what the query can sort by has a head to press."""
    columns = columns_in_order(page.columns, own_choice(page.name))
    return [replace(column, sortable=column.sortable and column.key in listing.sortable) for column in columns]


def respond(page: ListPage, listing: Listing, query: ListQuery, *, form: str = "", **values: Any) -> Response | str:
    """The page, or the file (`form`: csv, xlsx) with all rows of the same query."""
    if form:
        rows = all_of(session(), listing, query)
        return rows_file(
            f"{page.name}-{today()}", str(page.title), page.columns, rows, form, zones=listing.has("timezone")
        )
    rows_page = page_of(session(), listing, query)
    return render_template(
        page.template,
        list=page,
        query=query,
        page=rows_page,
        saved=views_of(session(), current_user.id, page.name),
        columns=_shown(page, listing),
        sizes=SIZES,
        offers=offers_of(page.name),
        row_label=row_label(page.name),
        **values,
    )
