from datetime import date

import pytest

from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.heads.columns import KINDS
from cloud_service.sheets.heads.head_match import match_head
from cloud_service.sheets.template import sheet_kind, template
from common.errors import InputError


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("code", list(KINDS))
def test_an_empty_sheet_has_all_columns_of_its_kind_with_an_example(code: str, form: str) -> None:
    sheet = SheetFile("template", template(code, date(2026, 11, 27), form=form)).read()

    match = match_head(sheet.head, KINDS[code], {})
    assert (set(KINDS[code].keys), ()) == (set(match.places), match.left_out)
    assert any(cell for row in sheet.rows for cell in row.cells)


def test_another_kind_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="'horses' is no kind of sheet"):
        sheet_kind("horses")
