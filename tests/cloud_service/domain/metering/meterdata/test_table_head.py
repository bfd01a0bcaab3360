"""Which line of a table names its columns, and what stands between its cells."""

import csv

from cloud_service.domain.metering.meterdata.table_head import BodyRows, cells, delimiter_of, split_head, without


def names_both(names: list[str]) -> bool:
    return {"time", "value"} <= set(names)


def test_lines_before_the_head_are_passed_over() -> None:
    lines = ["Name,JANE DOE", "", "Address,1 Main St", "time;value", "2026-01-01;5"]

    assert (3, ";") == split_head(lines, names_both)


def test_a_table_without_such_a_line_begins_with_its_first() -> None:
    assert (0, ";") == split_head(["a;b;c", "1;2;3"], names_both)
    assert (0, "|") == split_head(["a;b;c"], names_both, "|")
    assert (0, ",") == split_head([], names_both)


def test_cells_are_taken_out_of_their_quotes_and_blanks() -> None:
    assert ["a, b", "c"] == cells('"a, b", c ', ",")
    assert "\t" == delimiter_of("a\tb\tc, d")


def test_the_first_lines_are_left_out() -> None:
    assert ["c"] == list(without(iter("abc"), 2))


def body(text: str) -> list[tuple[int, list[str]]]:
    reader = BodyRows(csv.reader(text.splitlines()), ["time", "value"])
    return [(reader.line_num, row) for row in reader]


def test_a_head_that_is_said_again_is_passed_over_with_its_title() -> None:
    assert [(1, ["1", "a"]), (6, ["2", "b"])] == [
        row for row in body("1,a\n\nData for the second of May\n\ntime,value\n2,b\n") if any(row[1])
    ]


def test_a_lone_cell_that_is_no_title_is_a_row_that_somebody_has_to_look_at() -> None:
    assert [(1, ["1", "a"]), (2, ["2"])] == body("1,a\n2")
    assert [(1, ["1"]), (2, ["2", "b"]), (3, ["3", "c"])] == body("1\n2,b\n3,c")
