import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from cloud_service.sheets.xlsx_file import read_xlsx
from common.errors import InputError

pytest.importorskip("python_calamine")


def book(*rows: tuple[object, ...], first: int = 0) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    workbook.add_worksheet("Empty")
    sheet = workbook.add_worksheet("Liste")
    day = workbook.add_format({"num_format": "dd.mm.yyyy"})
    for at, row in enumerate(rows, start=first):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(at, column, cell.replace(tzinfo=None), day)
            elif cell is not None:
                sheet.write(at, column, cell)
    workbook.close()
    return out.getvalue()


def changed(content: bytes, part: str, inner: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, inner if name == part else old.read(name))
    return out.getvalue()


def test_days_are_days_and_numbers_exact() -> None:
    sheet = read_xlsx(
        book(
            ("Mieter", "Einzug", "Stand", None),
            ("Jörg", datetime(2026, 12, 1, tzinfo=UTC), 0.1 + 0.2),
            (),
            ("x", "", 1e6),
        )
    )

    assert ("Mieter", "Einzug", "Stand") == sheet.head
    assert [2, 4] == [row.number for row in sheet.rows]
    assert ("Jörg", date(2026, 12, 1), Decimal("0.3")) == sheet.rows[0].cells
    assert Decimal(1_000_000) == sheet.rows[1].cells[2]


def test_the_first_sheet_with_rows_is_read_from_its_first_row() -> None:
    assert [5] == [row.number for row in read_xlsx(book(("a",), ("1",), first=3)).rows]


def test_a_cell_below_no_name_is_refused() -> None:
    with pytest.raises(InputError, match="row 2 has a cell below no name"):
        read_xlsx(book(("a",), ("1", "2")))


def test_a_far_cell_is_refused_before_it_is_unfolded() -> None:
    with pytest.raises(InputError, match="rows"):
        read_xlsx(book(("a",), ("1",), first=30_000))
    sheet = b'<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'
    with pytest.raises(InputError, match="columns"):
        read_xlsx(changed(book(("a",)), "xl/worksheets/sheet2.xml", sheet))


def test_a_bomb_is_refused_by_what_it_would_unfold_to() -> None:
    with pytest.raises(InputError, match="unfolds to more than 64 MB"):
        read_xlsx(changed(book(("a",)), "xl/styles.xml", b" " * (65 * 2**20)))
    with pytest.raises(InputError, match="longer than a spreadsheet"):
        read_xlsx(changed(book(("a",)), "xl/sharedStrings.xml", b"<sst><si><t>" + b"x" * 200_000 + b"</t></si></sst>"))


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="no sound XLSX"):
        read_xlsx(content)


def test_an_empty_workbook_says_what_belongs_into_it() -> None:
    with pytest.raises(InputError, match="it is empty"):
        read_xlsx(book())
