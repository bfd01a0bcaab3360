"""An XLSX file: its first sheet with rows; what would unfold to more than a table of people is refused unread."""

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cloud_service.sheets.sheet import COLUMNS_MAX, ROWS_MAX, Cell, Sheet, SheetRow
from common.errors import InputError

UNFOLDED_MAX = 64 * 2**20  # bytes of all parts together
PART = re.compile(r"xl/(worksheets/[^/]+\.xml|sharedStrings\.xml)", re.IGNORECASE)
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)(\d+)["']""")
LONGEST_TEXT = 100_000  # bytes of one shared text; a cell holds 32,767 characters
EXACT_DIGITS = 15  # a spreadsheet's numbers are right to so many
LETTERS = 26
FAULT = "it is no sound XLSX file"


def read_xlsx(content: bytes) -> Sheet:
    """The first sheet that is not empty."""
    _refuse_bombs(content)
    for rows in _sheets(content):
        filled = [(number, cells) for number, cells in enumerate(rows, start=1) if any(cell != "" for cell in cells)]
        if filled:
            return _table(filled)
    raise InputError("it is empty", path="file", hint="the first row names the columns, the others hold the data")


def _sheets(content: bytes) -> Any:
    from python_calamine import CalamineError, load_workbook

    try:
        book = load_workbook(io.BytesIO(content))
        for name in book.sheet_names:
            yield [
                [_cell(value) for value in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
    except CalamineError:
        raise InputError(FAULT, path="file", hint="open it and save it again as XLSX or CSV") from None


def _table(filled: list[tuple[int, list[Cell]]]) -> Sheet:
    head = [str(cell).strip() for cell in filled[0][1]]
    while head and not head[-1]:
        head.pop()
    for number, cells in filled[1:]:
        if any(cell != "" for cell in cells[len(head) :]):
            raise InputError(f"row {number} has a cell below no name", path="file", hint="the first row names columns")
    return Sheet(tuple(head), tuple(SheetRow(number, tuple(cells[: len(head)])) for number, cells in filled[1:]))


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


def _refuse_bombs(content: bytes) -> None:
    """Bounds before anything is unfolded in memory: bytes, rows, columns, and long texts that many cells name."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > UNFOLDED_MAX:
                raise InputError(f"it unfolds to more than {UNFOLDED_MAX // 2**20} MB", path="file")
            if archive.testzip() is not None:  # reads no more than each part says it has
                raise InputError(FAULT, path="file")
            parts = {name: archive.read(name) for name in archive.namelist() if PART.fullmatch(name)}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise InputError(FAULT, path="file", hint="open it and save it again as XLSX or CSV") from None
    longest, cells = 0, 0
    for name, xml in parts.items():
        if name.lower().endswith("sharedstrings.xml"):
            longest = max(map(len, xml.split(b"</si>")))
        else:
            cells = max(cells, xml.count(b"<c "))
            _refuse_far_cells(xml)
    if longest > LONGEST_TEXT or longest * cells > 8 * UNFOLDED_MAX:
        raise InputError("a cell of it is longer than a spreadsheet's", path="file")


def _refuse_far_cells(sheet_xml: bytes) -> None:
    for letters, digits in PLACE.findall(sheet_xml):
        if len(digits) > len(str(ROWS_MAX)) or int(digits) > ROWS_MAX + 1:
            raise InputError(f"it has more than {ROWS_MAX:,} rows", path="file", hint="cut it into several files")
        if len(letters) > 2 or _column_number(letters) > COLUMNS_MAX:  # noqa: PLR2004 - AAA is column 703
            raise InputError(f"it has more than {COLUMNS_MAX} columns", path="file")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * LETTERS + letter - ord("A") + 1
    return number
