from datetime import date
from decimal import Decimal

from cloud_service.sheets.sheet import Sheet, SheetRow, cell_text


def test_a_column_is_what_stands_below_a_name() -> None:
    sheet = Sheet(("a", "b"), (SheetRow(2, ("1", "")), SheetRow(3, ("2", "x"))))

    assert (["1", "2"], ["x"]) == (sheet.column(0), sheet.column(1))


def test_a_cell_is_read_as_a_person_would() -> None:
    cells = (Decimal("1E+3"), Decimal("0.50"), date(2026, 12, 1), "x")
    assert ["1000", "0.50", "2026-12-01", "x"] == [cell_text(cell) for cell in cells]
