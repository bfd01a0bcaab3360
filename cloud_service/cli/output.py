"""What commands print: JSON, listings, tables."""

import json
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from cloud_service.cli.database import transaction


def as_json(value: Any) -> str:
    """Values of ours as JSON: records as objects, decimals as text, dates as ISO 8601."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "__struct_fields__"):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    return str(value)


def decimal_text(value: Decimal) -> str:
    """Two decimals where they say it all, else every digit and no exponent."""
    return f"{value:.2f}" if value == round(value, 2) else format(value.normalize(), "f")


def figures(amount: Decimal, currency: str) -> str:
    """An amount as commands print it: grouped, with the digits of its currency (`1,234.500` of dinars)."""
    from cloud_service.domain.money import round_money

    return f"{round_money(amount, currency):,f}"


def cell(value: object) -> str:
    """A value as tables print it."""
    if value is None:
        return "–"
    return decimal_text(value) if isinstance(value, Decimal) else str(value)


def print_listing(listing: Any, query: Any, columns: tuple[str, ...], *, json_output: bool) -> None:
    """One page of a list of the console, as a table or as JSON: the same query, the same rows."""
    from cloud_service.store.lists.paging import page_of

    with transaction() as session:
        rows = page_of(session, listing, query).rows
    records = [{name: getattr(row, name) for name in columns} for row in rows]
    if json_output:
        click.echo(as_json(records))
    else:
        heads = [name.replace("_", " ").upper() for name in columns]
        print_table(heads, [[cell(value) for value in record.values()] for record in records])


def print_table(heads: list[str], rows: list[list[str]]) -> None:
    """Columns as wide as needed; numbers to the right."""
    widths = [max(len(str(row[n])) for row in [heads, *rows]) for n in range(len(heads))]
    right = [all(_numeric(row[n]) for row in rows) and bool(rows) for n in range(len(heads))]
    for row in [heads, *rows]:
        cells = [str(cell).rjust(w) if r else str(cell).ljust(w) for cell, w, r in zip(row, widths, right, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _numeric(text: str) -> bool:
    return text.replace(".", "").replace("-", "").replace(",", "").isdigit() or text in ("", "–")
