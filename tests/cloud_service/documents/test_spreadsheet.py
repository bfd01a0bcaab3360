import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from cloud_service.documents.spreadsheet import Cell, SheetColumn, xlsx
from common.errors import InputError

D = Decimal
DAY = date(2026, 11, 2)
COLUMNS = (SheetColumn("Name"), SheetColumn("Day", "day"), SheetColumn("Amount", "number"))


def sheet(body: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        return etree.fromstring(file.read("xl/worksheets/sheet1.xml"))


def cells(body: bytes) -> list[tuple[str | None, str]]:
    """(type, text) of every cell; numbers have no type."""
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    rows = []
    for cell in sheet(body).iterfind(".//x:c", space):
        text = "".join(cell.itertext())
        rows.append((cell.get("t"), text))
    return rows


def test_numbers_are_numbers_days_are_days_and_texts_are_texts() -> None:
    body = xlsx("Bills", COLUMNS, [("Größmann 北京", DAY, D("1234.50"))], DAY)

    assert [("inlineStr", "Größmann 北京"), (None, "46328"), (None, "1234.50")] == cells(body)[3:]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x.example", "007"])
def test_no_text_becomes_a_formula_a_link_or_a_number(text: str) -> None:
    body = xlsx("Bills", COLUMNS[:1], [(text,)], DAY)

    assert [("inlineStr", text)] == cells(body)[1:]
    assert b"<f>" not in body


def test_a_number_that_a_spreadsheet_would_blur_stays_exact_as_text() -> None:
    exact = D("12345678901234567.89")

    assert [("inlineStr", "12345678901234567.89")] == cells(xlsx("X", COLUMNS[2:], [(exact,)], DAY))[1:]


@pytest.mark.parametrize("cell", [1.5, True])
def test_floats_and_truths_are_no_cells(cell: Any) -> None:
    with pytest.raises(InputError):
        xlsx("X", COLUMNS[2:], [(cell,)], DAY)


def test_equal_tables_give_equal_bytes() -> None:
    rows: list[tuple[Cell, ...]] = [("A", DAY, D(1)), ("B", None, D("-2.5"))]

    assert xlsx("Bills", COLUMNS, rows, DAY) == xlsx("Bills", COLUMNS, rows, DAY)


def test_a_name_that_no_sheet_may_have_is_mended() -> None:
    assert xlsx("a/b:c" * 20, COLUMNS, [], DAY).startswith(b"PK")
