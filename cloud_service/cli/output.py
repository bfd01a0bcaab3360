"""What commands print: JSON, listings, tables."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from cloud_service.cli.database import transaction


def as_json(value: Any) -> str:
    """Values of ours as JSON: decimals as text, dates as ISO 8601."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value == round(value, 2) else format(value.normalize(), "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def print_listing(listing: Any, asked: Any, shown: tuple[str, ...], *, json_wanted: bool) -> None:
    """One page of a list of the console, as a table or as JSON: the same query, the same rows."""
    from cloud_service.store.lists.paging import page_of

    with transaction() as session:
        rows = page_of(session, listing, asked).rows
    found = [{name: getattr(row, name) for name in shown} for row in rows]
    if json_wanted:
        click.echo(as_json(found))
    else:
        heads = [name.replace("_", " ").upper() for name in shown]
        print_table(heads, [["–" if value is None else str(_shown(value)) for value in one.values()] for one in found])


def _shown(value: object) -> object:
    return _plain(value) if isinstance(value, Decimal) else value


def print_table(heads: list[str], rows: list[list[str]]) -> None:
    """Columns as wide as needed; numbers to the right."""
    widths = [max(len(str(row[n])) for row in [heads, *rows]) for n in range(len(heads))]
    right = [all(_numeric(row[n]) for row in rows) and bool(rows) for n in range(len(heads))]
    for row in [heads, *rows]:
        cells = [str(cell).rjust(w) if r else str(cell).ljust(w) for cell, w, r in zip(row, widths, right, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _numeric(text: str) -> bool:
    return text.replace(".", "").replace("-", "").replace(",", "").isdigit() or text in ("", "–")
