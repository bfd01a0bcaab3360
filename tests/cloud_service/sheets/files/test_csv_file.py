import pytest

from cloud_service.sheets.files.csv_file import read_csv
from common.errors import InputError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encoding_and_delimiter_are_found(encoding: str, delimiter: str) -> None:
    text = f'Mieter{delimiter}Größe\r\n"Petersen{delimiter} Jörg"{delimiter}"a ""b"""\r\n'

    sheet = read_csv(text.encode(encoding))

    assert ("Mieter", "Größe") == sheet.head
    assert [(2, (f"Petersen{delimiter} Jörg", 'a "b"'))] == [(row.number, row.cells) for row in sheet.rows]


def test_rows_keep_the_numbers_that_the_file_shows() -> None:
    sheet = read_csv(b'a;b\n\n1;"two\nlines"\n2;\n;;\n3\n')

    assert [(3, ("1", "two\nlines")), (5, ("2", "")), (7, ("3", ""))] == [(row.number, row.cells) for row in sheet.rows]


def test_a_quote_before_a_formula_is_ours_and_taken_off() -> None:
    assert ("=Ben", "'tis") == read_csv(b"a;b\n'=Ben;'tis\n").rows[0].cells


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"a;b\n1;2;3\n", "row 2 has a cell below no name"),
        (b'a;b\n"1;2\n', "is not CSV"),
        (b"\x00\x01\x02\x03" * 100, "neither CSV nor XLSX"),
        (b"a;b\n" + b"1;2\n" * 20_001, "more than 20,000 rows"),
        (b";".join([b"x"] * 201) + b"\n", "more than 200 columns"),
        (b"a;b\n1;" + b"x" * 10_001 + b"\n", "more than 10,000 characters"),
        (b"a;b\n1;" + b"x" * 140_000 + b"\n", "is not CSV: field larger"),
        ("a;b\n1;2\n".encode("utf-16") + b"x", "neither CSV nor XLSX"),
        (b"a;b\n" + b"1;2\n" * 2_000 + b"1;\x00\n", "neither CSV nor XLSX"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_csv(content)
