from datetime import date

import pytest

from cloud_service.sheets.files.report_file import report_file
from cloud_service.sheets.files.sheet_file import SheetFile
from tests.cloud_service.sheets.test_report import REPORT

DAY = date(2026, 11, 27)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_sheet_comes_back_with_what_became_of_each_row(form: str) -> None:
    sheet = SheetFile("report", report_file(REPORT, DAY, form=form)).read()

    assert ("Objekt", "Wo", "Row", "State", "Reason") == sheet.head
    assert [("Dock", "1", "2", "new"), ("Dock", "", "3", "refused")] == [row.cells[:4] for row in sheet.rows]
    assert "this is needed" in str(sheet.rows[1].cells[4])


def test_the_refused_rows_alone_are_to_be_mended() -> None:
    rows = SheetFile("report", report_file(REPORT, DAY, form="csv", refused_only=True)).read().rows

    assert ["3"] == [row.cells[2] for row in rows]
