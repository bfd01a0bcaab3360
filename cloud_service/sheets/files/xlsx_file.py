"""An XLSX file: its first sheet with rows; what would unfold to more than a table of people is refused unread."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cloud_service.sheets.files.xlsx_parts import FAULT, error_cells, sound_parts
from cloud_service.sheets.heads.head_rows import HEAD_WITHIN, Line, known_names, table_of
from cloud_service.sheets.sheet import Cell, Sheet
from common.errors import InputError

EXACT_DIGITS = 15  # a spreadsheet's numbers are right to so many


def read_xlsx(content: bytes) -> Sheet:
    """Of the sheets that are not hidden the one with most names of columns; the first where none has any."""
    sheets = [(name, lines) for name, rows in _sheets(content) if (lines := _filled(rows))]
    if not sheets:
        raise InputError("it is empty", path="file", hint="the first row names the columns, the others hold the data")
    name, lines = max(sheets, key=lambda sheet: max(known_names(cells) for _number, cells in sheet[1][:HEAD_WITHIN]))
    table = table_of(lines)
    others = [other for other, _lines in sheets if other != name]
    note = (f"the sheet {name} is read; not: {', '.join(others)}",) if others else ()
    return replace(table, notes=(*note, *table.notes))


def _filled(rows: list[list[Cell]]) -> list[Line]:
    return [(number, cells) for number, cells in enumerate(rows, start=1) if any(cell != "" for cell in cells)]


def _sheets(content: bytes) -> Any:
    from python_calamine import CalamineError, SheetVisibleEnum, load_workbook

    harmed = error_cells(sound_parts(content))
    try:
        book = load_workbook(io.BytesIO(content))
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        for name in visible or book.sheet_names:
            values = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield name, _with_errors([[_cell(value) for value in row] for row in values], harmed.get(name, {}))
    except CalamineError:
        raise InputError(FAULT, path="file", hint="open it and save it again as XLSX or CSV") from None


def _with_errors(rows: list[list[Cell]], errors: Mapping[tuple[int, int], str]) -> list[list[Cell]]:
    """A formula that came to nothing says so in its cell."""
    for (row, column), text in errors.items():
        rows += [[] for _missing in range(row - len(rows))]
        rows[row - 1] += [""] * (column - len(rows[row - 1]))
        rows[row - 1][column - 1] = text
    return rows


def _cell(value: Any) -> Cell:
    """Numbers as the spreadsheet shows them, without the tail of a binary fraction."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return Decimal(format(value, f".{EXACT_DIGITS}g")).normalize() + 0
    if isinstance(value, datetime):
        return value.date() if value.hour == value.minute == value.second == 0 else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value
    return str(value).strip()
