from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.sheets.files.cell_style import CellStyle, day_in, number_in, style_of
from common.errors import InputError


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("31.10.2026", "", date(2026, 10, 31)),
        ("1.2.26", "", date(2026, 2, 1)),
        ("2026-02-01", "", date(2026, 2, 1)),
        ("2026/02/01", "mdy", date(2026, 2, 1)),
        ("2026-12-01 00:00:00", "", date(2026, 12, 1)),
        ("03/04/2026", "dmy", date(2026, 4, 3)),
        ("03/04/2026", "mdy", date(2026, 3, 4)),
        ("04/04/2026", "", date(2026, 4, 4)),
    ],
)
def test_a_day_is_read_as_the_sheet_writes_it(text: str, order: str, day: date) -> None:
    assert day == day_in(text, CellStyle(order=order))


@pytest.mark.parametrize(
    ("text", "said"),
    [("03/04/2026", "could be two days"), ("31.02.2026", "no such day"), ("soon", "no day"), ("1.2/2026", "no day")],
)
def test_a_day_that_is_none_or_two_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        day_in(text, CellStyle())


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("10.482,3", "", "10482.3"),
        ("10,482.3", "", "10482.3"),
        ("22.107", ",", "22107"),
        ("22.107", ".", "22.107"),
        ("1'234.5 kWh", "", "1234.5"),
        ("1 234 567", "", "1234567"),
        ("1.234.567", "", "1234567"),
        ("0.125", "", "0.125"),
        ("−1.204,5", "", "-1204.5"),
        ("20", "", "20"),
        ("€ 780,00", "", "780.00"),
    ],
)
def test_a_number_is_read_as_the_sheet_writes_it(text: str, mark: str, number: str) -> None:
    assert Decimal(number) == number_in(text, CellStyle(mark=mark))


@pytest.mark.parametrize(
    ("text", "mark", "said"),
    [
        ("1.234", "", "could be two numbers"),
        ("12.34", ",", "no number"),
        ("1,2,3", ",", "no number"),
        ("a lot", "", "no number"),
        ("NaN", "", "no number"),
        ("1e5", "", "no number"),
        ("", "", "no number"),
    ],
)
def test_a_number_that_is_none_or_two_is_refused(text: str, mark: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        number_in(text, CellStyle(mark=mark))


def test_other_cells_of_a_column_tell() -> None:
    assert CellStyle("dmy", ",") == style_of(["03/04/2026", "31/10/2026"], ["1.234", "10 + 0,5"])
    assert CellStyle("mdy", ".") == style_of(["03/04/2026", "10/31/2026"], ["1,234", "1,234.50"])
    assert CellStyle() == style_of(["03/04/2026"], ["1.234"])


def test_cells_that_speak_against_each_other_are_asked_about() -> None:
    with pytest.raises(InputError, match="some days"):
        style_of(["31/10/2026", "10/31/2026"], [])
    with pytest.raises(InputError, match="some numbers"):
        style_of([], ["1,5", "1.5"])


@given(
    st.decimals(0, 10**9, allow_nan=False, places=2), st.sampled_from([(",", "."), (".", ","), (",", "'"), (".", " ")])
)
def test_every_number_comes_back_from_every_manner_of_writing(number: Decimal, marks: tuple[str, str]) -> None:
    mark, thousands = marks
    text = f"{number:,.2f}".replace(",", "t").replace(".", mark).replace("t", thousands)

    assert number == number_in(text, style_of([], [text]))
