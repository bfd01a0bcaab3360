"""Sheets of ours as files: CSV for programs, XLSX for people; in both no text becomes a formula."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from cloud_service.documents.spreadsheet import SheetColumn, xlsx
from cloud_service.sheets.files.csv_file import FORMULA_SIGNS
from cloud_service.sheets.heads.columns import Column
from cloud_service.sheets.sheet import Cell, cell_text

FORMATS = ("csv", "xlsx")
AMOUNT_PLACES = 3


def sheet_bytes(
    name: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], day: date, *, form: str = "xlsx"
) -> bytes:
    """Rows below the titles of their columns."""
    if form == "csv":
        return _csv([column.title for column in columns], rows)
    heads = [SheetColumn(column.title, _kind(column), AMOUNT_PLACES) for column in columns]
    return xlsx(name, heads, [[None if cell == "" else cell for cell in row] for row in rows], day)


def text_sheet_bytes(
    name: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], day: date, *, form: str = "xlsx"
) -> bytes:
    """A sheet of others with what they wrote; every cell is text."""
    if form == "csv":
        return _csv(head, rows)
    return xlsx(name, [SheetColumn(title) for title in head], [[cell_text(cell) for cell in row] for row in rows], day)


def _kind(column: Column) -> Literal["text", "day"]:
    return "day" if column.kind == "day" else "text"


def _csv(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    out = io.StringIO()
    out.write("\ufeff")  # the mark tells spreadsheets that this is UTF-8
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_tame(title) for title in head])
    writer.writerows([_tame(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _tame(cell: Cell) -> str:
    text = cell_text(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA_SIGNS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        Decimal(text.replace(",", "."))
    except ArithmeticError:
        return False
    return True
