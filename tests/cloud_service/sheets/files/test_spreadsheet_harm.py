from decimal import Decimal

import pytest

from cloud_service.sheets.files.spreadsheet_harm import eaten_zeros, refuse_harmed
from cloud_service.sheets.sheet import Sheet, SheetRow
from common.errors import InputError


@pytest.mark.parametrize("cell", ["4,94012E+11", "4.94012E11", "5E+12", Decimal(4940123456789012)])
@pytest.mark.parametrize("key", ["phone", "meter", "account"])
def test_a_name_that_lost_its_digits_is_refused(key: str, cell: str | Decimal) -> None:
    with pytest.raises(InputError, match="lost digits"):
        refuse_harmed(key, cell)


@pytest.mark.parametrize("cell", ["#REF!", "#n/a", "#NV", "#BEZUG!"])
def test_a_formula_without_a_value_is_refused(cell: str) -> None:
    with pytest.raises(InputError, match="a formula's error"):
        refuse_harmed("client", cell)


@pytest.mark.parametrize(("key", "cell"), [("meter", "1E5A"), ("opening", "1E+5"), ("phone", Decimal(494012345678))])
def test_what_is_whole_is_not(key: str, cell: str | Decimal) -> None:
    refuse_harmed(key, cell)


def sheet(*cells: str) -> Sheet:
    return Sheet(("Konto",), tuple(SheetRow(number, (cell,)) for number, cell in enumerate(cells, start=2)))


def test_a_number_shorter_than_most_may_have_lost_its_zeros() -> None:
    (harm,) = eaten_zeros(sheet("12345", "23456", "345", "45678"), {"account": 0})

    assert (4, "account", "345", "00345") == (harm.row, harm.column, harm.found, harm.meant)


@pytest.mark.parametrize(
    ("cells", "key"),
    [(("9", "10", "11", "12"), "account"), (("12345", "1", "2", "3"), "account"),
     (("12345", "345", "45678"), "opening"), (("A1", "A22"), "account"), ((), "account")],
)  # fmt: skip
def test_numbers_of_many_lengths_say_nothing(cells: tuple[str, ...], key: str) -> None:
    assert [] == eaten_zeros(sheet(*cells), {key: 0})
