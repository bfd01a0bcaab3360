"""A table as a file, streamed: CSV for programs, XLSX for people. What is a number, a day or a time is one in both."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import BinaryIO

from cloud_service.documents.spreadsheet import Cell, Kind, SheetColumn, write_xlsx

__all__ = ["FORMS", "MEDIA_TYPES", "Cell", "Kind", "SheetColumn", "csv_line", "pieces_of", "table_file"]

FORMS = ("csv", "xlsx")
MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
UTF8_MARK = "\ufeff"  # tells spreadsheets how to read the file
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a text that begins so
NUMBER_OR_PHONE = re.compile(r"[+-]?\d[\d ]*(\.\d+)?")  # the exceptions: nothing in them can be run
PIECE = 64 * 1024


def table_file(
    name: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]], day: date, form: str
) -> Iterator[bytes]:
    """The pieces of the file: CSV while its rows are fetched, XLSX once all of it lies on disk.

    Moments carry their zone: CSV writes the offset, XLSX the local time, whose zone the title or another column names.
    """
    return _xlsx_pieces(name, columns, rows, day) if form == "xlsx" else _csv_pieces(columns, rows)


def _csv_pieces(columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    yield (UTF8_MARK + csv_line([column.title for column in columns])).encode()
    for row in rows:
        yield csv_line(row).encode()


def _xlsx_pieces(
    name: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]], day: date
) -> Iterator[bytes]:
    file = TemporaryFile()  # noqa: SIM115 - closed when its last piece is taken
    write_xlsx(file, name, columns, rows, day)
    file.seek(0)
    return pieces_of(file)


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """The file piece by piece; it is closed when its last piece is taken."""
    with file:
        while piece := file.read(PIECE):
            yield piece


def csv_line(cells: Iterable[Cell]) -> str:
    """One line of a CSV file, in which no text becomes a formula."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([_written(cell) for cell in cells])
    return buffer.getvalue()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if not isinstance(cell, str):
        return str(cell)
    runs = cell.startswith(FORMULA_SIGNS) and not NUMBER_OR_PHONE.fullmatch(cell)
    return f"'{cell}" if runs else cell
