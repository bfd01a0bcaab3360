from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from cloud_service.documents.report_sheet import BILLS, COLUMNS, report_sheet


@dataclass
class AgedAccount:
    """A row of open items by age."""

    account: str
    client: str
    currency: str
    not_due: Decimal
    days_30: Decimal
    days_60: Decimal | None
    days_90: Decimal
    older: Decimal
    total: Decimal


ROW = AgedAccount(
    "A-1", "Ada", "JPY", Decimal("1200.00000"), Decimal(0), None, Decimal(0), Decimal("-300.0"), Decimal(900)
)


def sheet(locale: str) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(report_sheet("open_items", [ROW], date(2026, 11, 2), locale)))
    return book.get_sheet_by_index(0).to_python()


def test_amounts_are_numbers_with_the_digits_of_their_currency_and_what_is_not_there_is_empty() -> None:
    (row,) = (row for row in sheet("en") if row[0] == "A-1")

    assert ["A-1", "Ada", "JPY", 1200, 0, "", 0, -300, 900] == row


def test_heads_are_in_the_companys_language() -> None:
    assert any("TENANT NAME" in row for row in sheet("en"))
    assert not any("TENANT NAME" in row for row in sheet("de"))


def test_each_report_has_its_columns_and_none_twice() -> None:
    assert {"open_items", "payments", "bills"} == set(COLUMNS)
    assert len({column.key for column in BILLS}) == len(BILLS)
