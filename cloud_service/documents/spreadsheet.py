"""Tables as spreadsheets (XLSX): numbers are numbers, days are days, and no text is ever taken for a formula."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import BinaryIO, Literal

import xlsxwriter

from common.errors import InputError

Kind = Literal["text", "day", "moment", "number", "amount"]
EXACT_DIGITS = 15  # spreadsheets keep no more: a longer number is written as text
ROWS_MAX = 1_048_575
WIDTHS: dict[Kind, int] = {"text": 28, "day": 12, "moment": 19, "number": 16, "amount": 16}
FIXED = {"text": "@", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss", "amount": "#,##0.00##"}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column; `places` is how many decimals a number is shown with. Moments are local: the title names the zone."""

    title: str
    kind: Kind = "text"
    places: int = 2


Cell = str | date | Decimal | int | None


def xlsx(name: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]], day: date) -> bytes:
    """One sheet with a frozen head and filters; rows are written as they come, so long tables need little memory.

    Equal input gives equal bytes; `day` is written as the file's creation date.
    """
    out = io.BytesIO()
    write_xlsx(out, name, columns, rows, day)
    return out.getvalue()


def write_xlsx(
    out: BinaryIO, name: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]], day: date
) -> None:
    """The same into a file that is open for writing."""
    options = {"constant_memory": True, "in_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, {**options, "strings_to_numbers": False})
    book.set_properties({"title": name, "created": datetime.combine(day, time(), UTC).replace(tzinfo=None)})
    head = book.add_format({"bold": True, "font_color": "#ffffff", "bg_color": "#0b6e7f"})
    formats = [book.add_format({"num_format": _pattern(column)}) for column in columns]
    try:
        _fill(book.add_worksheet(_sheet_name(name)), columns, rows, head, formats)
    finally:
        book.close()


def _fill(
    sheet: "xlsxwriter.worksheet.Worksheet",
    columns: Sequence[SheetColumn],
    rows: Iterable[Sequence[Cell]],
    head: object,
    formats: Sequence[object],
) -> None:
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, WIDTHS[column.kind])
        sheet.write_string(0, at, column.title, head)
    last = 0
    for last, row in enumerate(rows, start=1):
        if last > ROWS_MAX:
            raise InputError(f"more than {ROWS_MAX} rows do not fit into a spreadsheet", hint="export a shorter time")
        for at, (cell, form) in enumerate(zip(row, formats, strict=True)):
            _write(sheet, last, at, cell, form)
    sheet.autofilter(0, 0, last, len(columns) - 1)


def _write(sheet: "xlsxwriter.worksheet.Worksheet", row: int, column: int, cell: Cell, form: object) -> None:
    if cell is None:
        return
    if isinstance(cell, bool) or isinstance(cell, float):  # noqa: SIM101 - one is refused for its meaning, one for its loss
        raise InputError(f"{cell!r} is no cell of a table")
    if isinstance(cell, (Decimal, int)):
        if len(Decimal(cell).normalize().as_tuple().digits) > EXACT_DIGITS:
            sheet.write_string(row, column, f"{cell:f}" if isinstance(cell, Decimal) else str(cell))
        else:
            sheet.write_number(row, column, cell, form)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), form)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime.combine(cell, time()), form)
    else:
        sheet.write_string(row, column, cell)


def _pattern(column: SheetColumn) -> str:
    return FIXED.get(column.kind, "#,##0" + ("." + "0" * column.places if column.places else ""))


def _sheet_name(name: str) -> str:
    """At most 31 characters, none of which a sheet's name may not have."""
    return "".join("-" if letter in "[]:*?/\\" else letter for letter in name)[:31] or "Sheet"
