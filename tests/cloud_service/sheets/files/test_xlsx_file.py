import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from cloud_service.sheets.files.xlsx_file import read_xlsx
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


def written(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    fill(workbook)
    workbook.close()
    return out.getvalue()


def test_a_hidden_sheet_is_not_read_and_the_one_with_names_of_columns_is_told() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        hidden = book.add_worksheet("Alt")
        hidden.write_row(0, 0, ("Mieter", "Wohnung", "Einzug"))
        book.add_worksheet("Deckblatt").write(0, 0, "Übergabe")
        book.add_worksheet("Liste").write_row(0, 0, ("Mieter", "Wohnung"))
        hidden.hide()
        book.get_worksheet_by_name("Deckblatt").activate()

    sheet = read_xlsx(written(fill))

    assert ("Mieter", "Wohnung") == sheet.head
    assert ("the sheet Liste is read; not: Deckblatt",) == sheet.notes


def test_a_formula_has_the_value_that_the_spreadsheet_shows_and_a_hidden_row_is_data() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("Wohnung", "Stand", "Mieter"))
        sheet.write(1, 0, "1")
        sheet.write_formula(1, 1, "=2*3.5", None, 7)
        sheet.write_formula(1, 2, "=A1&1", None, "Ann")
        sheet.write_row(2, 0, ("2", 8, "Ben"))
        sheet.write_formula(3, 1, "=1/0", None, "#DIV/0!")
        sheet.set_row(2, None, None, {"hidden": True})

    rows = read_xlsx(written(fill)).rows

    assert [("1", Decimal(7), "Ann"), ("2", Decimal(8), "Ben")] == [row.cells for row in rows[:2]]
    assert "#DIV/0!" == rows[2].cells[1]


def test_merged_cells_of_a_head_hold_for_what_is_below() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "Mieterliste 2026")
        sheet.merge_range(1, 0, 1, 1, "Mieter")
        sheet.merge_range(1, 2, 1, 3, "Zähler")
        sheet.write_row(2, 0, ("Name", "Wohnung", "Nummer", "Stand"))
        sheet.write_row(3, 0, ("Ann", "1", "S1", 5))

    sheet = read_xlsx(written(fill))

    assert ("Name", "Wohnung", "Zähler Nummer", "Stand") == sheet.head
    assert [(4, ("Ann", "1", "S1", Decimal(5)))] == [(row.number, row.cells) for row in sheet.rows]
