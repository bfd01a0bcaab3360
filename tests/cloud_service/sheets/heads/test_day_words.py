from datetime import date

import pytest

from cloud_service.sheets.files.cell_style import CellStyle, day_in
from cloud_service.sheets.heads.day_words import day_in_words, day_of_serial
from common.errors import InputError


@pytest.mark.parametrize(
    "text",
    [
        "1. Dezember 2026", "1 Dec 2026", "Dec 1, 2026", "December 1st, 2026", "1-Dez-2026", "1 de diciembre de 2026",
        "1er décembre 2026", "1 de dezembro de 2026", "1 dicembre 2026", "1 december 2026", "1 Desemba 2026", "46357",
    ],
)  # fmt: skip
def test_a_day_in_words_or_as_excel_counts_it(text: str) -> None:
    assert date(2026, 12, 1) == day_in(text, CellStyle())


@pytest.mark.parametrize("text", ["1 Brumaire 2026", "soon", "12345", "99999", "463570", "4635.7"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert (None, None) == (day_in_words(text), day_of_serial(text))


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="no such day"):
        day_in("31 November 2026", CellStyle())
