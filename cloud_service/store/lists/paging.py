"""One page of a query: what was wanted, the rows, how many there are and what the whole of them sums to."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, func, or_
from sqlalchemy.orm import Session

from cloud_service.store.batches.batches import ChosenRow

AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
SqlColumn = SQLColumnExpression[Any]

ROWS_MAX = 250


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a person asked for. An unknown sort falls back to the list's own."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    page: int = 1
    size: int = 25

    def value_of(self, name: str) -> str:
        """The first value of a filter, or nothing."""
        return next(iter(self.filters.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page; `count` and `sums` are of all pages."""

    rows: list[AnyRow]
    count: int
    page: int
    size: int
    sums: dict[str, Any]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // self.size))


@dataclass(frozen=True, slots=True)
class Listing:
    """A filtered query with the columns it may be sorted by; `order` is its own order."""

    query: AnySelect
    sortable: Mapping[str, SqlColumn]
    order: tuple[str, bool]
    unique: SqlColumn
    sums: Mapping[str, SqlColumn] = field(default_factory=dict)

    def has(self, column: str) -> bool:
        """Whether its rows have that column."""
        return column in self.query.selected_columns

    def sorted_by(self, query: ListQuery) -> AnySelect:
        """The query in the wanted order; equal rows keep a fixed order, so that pages never overlap."""
        sortable = query.sort in self.sortable
        name, descending = (query.sort, query.descending) if sortable else self.order
        column = self.sortable[name]
        way = column.desc().nulls_last() if descending else column.asc().nulls_last()
        return self.query.order_by(way, self.unique.desc() if descending else self.unique.asc())


def page_of(session: Session, listing: Listing, query: ListQuery) -> Page:
    """The wanted page, or the last one where there are fewer."""
    totals: list[Any] = [column.label(name) for name, column in listing.sums.items()]
    counted = session.execute(
        listing.query.with_only_columns(func.count().label("rows_count"), *totals, maintain_column_froms=True).order_by(
            None
        )
    ).one()
    size = min(max(query.size, 1), ROWS_MAX)
    page = min(max(query.page, 1), max(1, -(-counted.rows_count // size)))
    rows = session.execute(listing.sorted_by(query).limit(size).offset((page - 1) * size)).all()
    return Page(list(rows), counted.rows_count, page, size, {name: getattr(counted, name) for name in listing.sums})


def all_of(session: Session, listing: Listing, query: ListQuery) -> Iterator[AnyRow]:
    """Every row in the wanted order, fetched in portions; for files."""
    yield from session.execute(listing.sorted_by(query).execution_options(yield_per=1000))


def chosen_rows(
    session: Session, listing: Listing, query: ListQuery, *, label: str, public_ids: Collection[UUID] | None, most: int
) -> list[ChosenRow]:
    """The rows with those ids, or all of the query, in its order; never more than `most`."""
    columns = listing.query.selected_columns
    row_columns: list[Any] = [listing.unique.label("row_id"), columns.public_id, columns[label].label("label")]
    statement = listing.sorted_by(query).with_only_columns(*row_columns, maintain_column_froms=True).limit(most)
    if public_ids is not None:
        statement = statement.where(columns.public_id.in_(public_ids))
    return [ChosenRow(row.row_id, row.public_id, str(row.label)) for row in session.execute(statement)]


def contains(text: str) -> str:
    """The LIKE pattern that finds a person's words anywhere; their own signs mean themselves."""
    escaped = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def text_in(query: ListQuery, *columns: SqlColumn) -> list[ColumnElement[bool]]:
    """The condition that one of the columns holds what was typed; none where nothing was."""
    pattern = contains(query.text)
    return [or_(*(column.ilike(pattern) for column in columns))] if query.text else []


def filters_equal(query: ListQuery, **columns: SqlColumn) -> list[ColumnElement[bool]]:
    """The conditions of filters that name one value; `columns` by the filter's name."""
    return [column == value for name, column in columns.items() if (value := query.value_of(name))]
