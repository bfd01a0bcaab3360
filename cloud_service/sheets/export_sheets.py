"""What a company has as the same sheets that are imported: importing them again changes nothing."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import plain
from cloud_service.sheets.files.cell_style import GROUP, JOINED
from cloud_service.sheets.files.sheet_writing import sheet_bytes
from cloud_service.sheets.heads.columns import KINDS, Column
from cloud_service.sheets.sheet import Cell
from cloud_service.store.database.session import Session
from cloud_service.store.sheets.export import QUERIES, rows_of

EXPORTED = tuple(QUERIES)  # each after what it names


def export_sheet(session: Session, entity_id: int, kind: str, day: date, *, form: str = "xlsx") -> bytes:
    """One kind as a file."""
    columns = KINDS[kind].columns
    rows = [[_cell(column, row) for column in columns] for row in rows_of(session, kind, entity_id)]
    return sheet_bytes(KINDS[kind].title, columns, rows, day, form=form)


def _cell(column: Column, row: Mapping[str, Any]) -> Cell:
    value = row.get(column.key)
    if value is None:
        return ""
    if isinstance(value, list):
        return f" {JOINED} ".join(_number(member) if isinstance(member, Decimal) else str(member) for member in value)
    if isinstance(value, Decimal):
        return _number(value)
    return value if isinstance(value, date) else str(value)


def _number(number: Decimal) -> str:
    """Three decimals could be thousands: a zero more cannot."""
    text = plain(number)
    return f"{text}0" if len(text.partition(".")[2]) == GROUP else text
