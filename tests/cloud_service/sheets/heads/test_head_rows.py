from collections.abc import Sequence

import pytest

from cloud_service.sheets.heads.head_rows import known_names, table_of
from cloud_service.sheets.sheet import Sheet
from common.errors import InputError


def table(*rows: Sequence[str]) -> Sheet:
    return table_of([(number, list(cells)) for number, cells in enumerate(rows, start=1) if any(cells)])


def test_titles_above_and_a_sum_below_are_left_out_and_said() -> None:
    sheet = table(
        ("Mieterliste Hafenhof", "", ""), ("Stand 1.12.2026",), (), ("Mieter", "Wohnung", "Saldo"),
        ("Ann", "1", "5"), ("Ben", "2", "7"), ("Summe", "", "12"),
    )  # fmt: skip

    assert ("Mieter", "Wohnung", "Saldo") == sheet.head
    assert [5, 6] == [row.number for row in sheet.rows]
    assert ("rows 1, 2 are left out: titles or units, not the data of a row", "row 7 is left out: a sum") == sheet.notes


@pytest.mark.parametrize("word", ["Gesamt", "Total:", "TOTALE", "Summe 2 Wohnungen", "Jumla"])
def test_a_sum_has_its_word_in_many_languages(word: str) -> None:
    assert 1 == len(table(("Site", "Flat", "Balance"), ("Dock", "1", "5"), (word, "", "5")).rows)


@pytest.mark.parametrize("row", [("Total Towers", "Flat one", "5"), ("Sumatra", "1", "5")])
def test_a_place_that_is_called_so_is_no_sum(row: tuple[str, ...]) -> None:
    assert 2 == len(table(("Site", "Flat", "Balance"), ("Dock", "1", "5"), row).rows)


def test_a_head_in_two_lines_is_joined_where_it_must_be() -> None:
    sheet = table(
        ("Mieter", "", "Zähler", "", ""), ("Name", "E-Mail", "Nummer", "Stand", "Hersteller"),
        ("Ann", "a@x.example", "S1", "5", "EMH"),
    )  # fmt: skip

    assert ("Name", "E-Mail", "Zähler Nummer", "Stand", "Hersteller") == sheet.head
    assert 3 == sheet.rows[0].number


def test_a_name_that_stands_twice_takes_the_one_above() -> None:
    head = table(("Zähler", "", "Rechnung", ""), ("Nummer", "Stand", "Nummer", "Fällig"), ("S1", "5", "R1", "x")).head

    assert ("Zähler Nummer", "Stand", "Rechnung", "Fällig") == head


def test_data_that_sound_like_a_name_are_no_head() -> None:
    assert ("Mieter", "Typ") == table(("Mieter", "Typ"), ("Ann", "Energy"), ("Unit", "Energy")).head


def test_a_line_of_units_is_no_row() -> None:
    sheet = table(("Site", "Flat", "Opening"), ("", "", "[kWh]"), ("Dock", "1", "5"))

    assert [3] == [row.number for row in sheet.rows]


def test_the_first_row_is_the_head_where_no_other_surely_is() -> None:
    assert ("Ort", "Was") == table(("Ort", "Was"), ("Site", "x")).head
    assert ("Site", "Flat") == table(("Site", "Flat"), ("Client", "Flat")).head


def test_empty_columns_at_the_end_are_none_and_a_cell_below_them_is_refused() -> None:
    assert (("Site", "", "Flat"), ("a", "", "b")) == (
        (sheet := table(("Site", "", "Flat", "", ""), ("a", "", "b", ""))).head, sheet.rows[0].cells,
    )  # fmt: skip
    with pytest.raises(InputError, match="row 2 has a cell below no name"):
        table(("Site", "Flat", ""), ("a", "b", "c"))


def test_known_names_are_counted_in_any_spelling() -> None:
    assert 2 == known_names(["MIETER", "", "Zähler-Nr.", "Balkon"])
