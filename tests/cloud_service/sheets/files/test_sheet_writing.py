from datetime import date
from decimal import Decimal

import pytest

from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.files.sheet_writing import sheet_bytes, text_sheet_bytes
from cloud_service.sheets.heads.columns import KINDS
from cloud_service.sheets.template import template
from common.errors import InputError

DAY = date(2026, 11, 27)
SITES = KINDS["sites"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_written_is_read_again(form: str) -> None:
    row = ("=Dock", "+49 40", "-", "@x", "5", "a\nb", *["0"] * (len(SITES.columns) - 6))

    sheet = SheetFile("x", sheet_bytes("Sites", SITES.columns, [row], DAY, form=form)).read()

    assert tuple(column.title for column in SITES.columns) == sheet.head
    assert row == sheet.rows[0].cells


def test_no_text_of_a_csv_is_a_formula() -> None:
    text = text_sheet_bytes("x", ("a", "b", "c"), [("=1+1", "-5,5", Decimal("-1.5"))], DAY, form="csv").decode(
        "utf-8-sig"
    )

    assert ["a;b;c", "'=1+1;-5,5;-1.5"] == text.splitlines()

    text = text_sheet_bytes("x", ("=1+1", "@a"), [("\t=1", " =1")], DAY, form="csv").decode("utf-8-sig")
    assert ["'=1+1;'@a", "'\t=1; =1"] == text.splitlines()


@pytest.mark.parametrize("code", KINDS)
def test_a_template_has_every_column_and_an_example(code: str) -> None:
    sheet = SheetFile("x", template(code, DAY)).read()

    assert tuple(column.title for column in KINDS[code].columns) == sheet.head
    assert 1 == len(sheet.rows)
    with pytest.raises(InputError, match="no kind of sheet"):
        template("horses", DAY)
