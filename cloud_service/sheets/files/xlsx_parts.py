"""What an XLSX file is made of: bounded before it is unfolded, and the cells whose formula came to an error."""

import html
import io
import re
import zipfile
from collections.abc import Mapping

from cloud_service.sheets.sheet import COLUMNS_MAX, ROWS_MAX
from common.errors import InputError

UNFOLDED_MAX = 64 * 2**20  # bytes of all parts together
PART = re.compile(
    r"xl/(worksheets/[^/]+\.xml|sharedStrings\.xml|workbook\.xml|_rels/workbook\.xml\.rels)", re.IGNORECASE
)
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)(\d+)["']""")
ERROR = re.compile(
    rb"""<c\s[^>]*?\br="([A-Z]+)(\d+)"[^>]*?\bt="e"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>([^<]*)</v>"""
)
SHEET = re.compile(r"""<sheet\s[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)\"""")
TARGET = re.compile(r"<Relationship\s[^>]*>")
LONGEST_TEXT = 100_000  # bytes of one shared text; a cell holds 32,767 characters
LETTERS = 26
FAULT = "it is no sound XLSX file"


def sound_parts(content: bytes) -> dict[str, bytes]:
    """The parts with cells in them, by name; InputError before more is unfolded in memory than a table of people has.

    Bounded are bytes, rows, columns, and long texts that many cells name.
    """
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
    return parts


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


def error_cells(parts: Mapping[str, bytes]) -> dict[str, dict[tuple[int, int], str]]:
    """By sheet: (row, column) -> the error that its formula came to, as the spreadsheet shows it."""
    targets = _targets(parts.get("xl/_rels/workbook.xml.rels", b"").decode("utf-8", "replace"))
    harmed = {}
    for name, relation in SHEET.findall(parts.get("xl/workbook.xml", b"").decode("utf-8", "replace")):
        xml = parts.get(targets.get(relation, ""), b"")
        cells = {(int(row), _column_number(letters)): text.decode() for letters, row, text in ERROR.findall(xml)}
        if cells:
            harmed[html.unescape(name)] = cells
    return harmed


def _targets(relations_xml: str) -> dict[str, str]:
    """Id of a relation -> the part it leads to."""
    targets = {}
    for relation in TARGET.findall(relations_xml):
        attributes = dict(re.findall(r"""(\w+)="([^"]*)\"""", relation))
        target = attributes.get("Target", "")
        targets[attributes.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return targets
