"""A CSV file as spreadsheets write it: its encoding, byte order mark and delimiter are found, not asked."""

import csv
from itertools import islice

from cloud_service.sheets.heads.head_rows import table_of
from cloud_service.sheets.sheet import ROWS_MAX, Cell, Sheet
from common.errors import InputError

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DELIMITERS = (";", ",", "\t", "|")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
CELL_MAX = 10_000
SAMPLE_ROWS = 50


def read_csv(content: bytes) -> Sheet:
    """The table of a CSV file; InputError with its line where it is none."""
    text = _decoded(content)
    lines: list[tuple[int, list[Cell]]] = []
    start = 1
    try:
        reader = csv.reader(text.splitlines(keepends=True), delimiter=_delimiter(text), strict=True)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _refuse_long(start, cells)
                lines.append((start, [_cell(cell) for cell in cells]))
            if len(lines) > ROWS_MAX + 1:
                raise InputError(f"it has more than {ROWS_MAX:,} rows", path="file", hint="cut it into several files")
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"line {start} is not CSV: {error}", path="file", hint="look for a quote too many") from None
    return table_of(lines, "put a cell with the delimiter in it in quotes")


def _refuse_long(number: int, cells: list[str]) -> None:
    if any(len(cell) > CELL_MAX for cell in cells):
        raise InputError(f"row {number} has a cell of more than {CELL_MAX:,} characters", path="file")


def _cell(text: str) -> str:
    """Our own files write a quote before a sign that a spreadsheet would take for a formula's."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:2] in FORMULA_SIGNS else text


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 by its mark, else the code page of western spreadsheets."""
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise InputError("it is neither CSV nor XLSX", path="file", hint="save it as one of the two")
    return text


def _delimiter(text: str) -> str:
    """The sign that cuts most rows of the beginning into as many cells as the first."""
    sample = list(islice((line for line in text.splitlines() if line.strip()), SAMPLE_ROWS))

    def agreement(sign: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(sample, delimiter=sign)]
        return (sum(width == widths[0] for width in widths), widths[0]) if widths and widths[0] > 1 else (0, 0)

    return max(DELIMITERS, key=agreement)
