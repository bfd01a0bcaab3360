import io
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from cloud_service.sheets.files.table_file import SheetColumn, csv_line, table_file

DAY = date(2026, 11, 27)
NAIROBI = datetime(2026, 11, 20, 7, 30, tzinfo=UTC).astimezone(ZoneInfo("Africa/Nairobi"))
COLUMNS = (
    SheetColumn("Phone"),
    SheetColumn("Day", "day"),
    SheetColumn("Seen", "moment"),
    SheetColumn("Amount", "amount"),
    SheetColumn("ENERGY kWh", "number", 3),
)
ROW = ("+254711000001", DAY, NAIROBI, Decimal("-7752.07"), Decimal("12.345"))


def test_csv_says_days_in_iso_moments_with_their_offset_and_amounts_plain() -> None:
    text = b"".join(table_file("Things", COLUMNS, [ROW], DAY, "csv")).decode()

    assert "\ufeffPhone,Day,Seen,Amount,ENERGY kWh\r\n" == text[: text.index("\n") + 1]
    assert "+254711000001,2026-11-27,2026-11-20T10:30:00+03:00,-7752.07,12.345\r\n" == text.partition("\n")[2]


def test_xlsx_keeps_numbers_days_and_local_times_as_such_and_phones_as_text() -> None:
    body = b"".join(table_file("Things", COLUMNS, [ROW], DAY, "xlsx"))
    head, cells = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()

    assert ["Phone", "Day", "Seen", "Amount", "ENERGY kWh"] == head
    assert ["+254711000001", DAY, datetime(2026, 11, 20, 10, 30), -7752.07, 12.345] == cells  # noqa: DTZ001 - as a sheet has it


@pytest.mark.parametrize("text", ["=1+1", "+1-2", "-1+A1", "@SUM(A1)", "+cmd|' /C calc'!A0", "\t=1", "+254 (0) 711"])
def test_a_text_that_a_spreadsheet_would_run_gets_a_quote(text: str) -> None:
    assert csv_line([text]).strip("\r\n").strip('"').startswith("'")


@pytest.mark.parametrize("text", ["+254 711 000 001", "-7752.07", "+1", "Amina", "1+1", ""])
def test_phones_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert text == csv_line([text]).strip("\r\n").strip('"')


def test_rows_are_fetched_as_the_file_is_written() -> None:
    fetched = []

    def rows() -> object:
        for number in range(1000):
            fetched.append(number)
            yield (str(number), None, None, None, None)

    pieces = table_file("Things", COLUMNS, rows(), DAY, "csv")  # type: ignore[arg-type]
    next(pieces)
    next(pieces)

    assert [0] == fetched
