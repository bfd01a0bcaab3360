from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.bank_line_names import bank_names, is_name, named

LINE = BankLine("ACC", "", date(2026, 11, 20), Decimal("5.00"), "EUR", "rent", bank_names=("bank:R-1",))


@pytest.mark.parametrize(
    "text", ["", "-", "NONREF", "nonref", "NOT PROVIDED", "NOTPROVIDED", "N/A", "0", "0000000000", "7", "0012", "XXXXX"]
)
def test_fillers_and_counters_name_nothing(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize("text", ["R-1", "B1", "12345", "2026112000123456", "SKR1"])
def test_what_may_be_the_bank_s_own_name_is_one(text: str) -> None:
    assert is_name(text)


def test_names_keep_their_kind_and_come_once() -> None:
    assert ("bank:A 1", "tx:A 1") == bank_names([("bank", " A  1"), ("bank", "A 1"), ("tx", "A 1"), ("uetr", "NONE")])


def test_a_name_that_two_payments_of_a_statement_have_is_nobody_s() -> None:
    first, second = named([LINE, replace(LINE, amount=Decimal("6.00"))])

    assert ((), ()) == (first.bank_names, second.bank_names)
    assert first.reference != second.reference


def test_a_charge_takes_nothing_from_the_payment_whose_name_it_has() -> None:
    payment, charge = named([LINE, replace(LINE, amount=Decimal("-0.20"))])

    assert ["ACC:2026-11-20:R-1", "ACC:2026-11-20:R-1-2"] == [payment.reference, charge.reference]
    assert ("bank:R-1",) == payment.bank_names


def test_two_statements_of_a_file_may_use_a_name_each() -> None:
    lines = named([LINE, replace(LINE, head=StatementHead(place=1))])

    assert [("bank:R-1",), ("bank:R-1",)] == [line.bank_names for line in lines]


def test_equal_lines_without_a_name_are_numbered_and_stay_so() -> None:
    nameless = replace(LINE, bank_names=())
    first, second = named([nameless, nameless])

    assert f"{first.reference}-2" == second.reference
    assert [first, second] == named([nameless, nameless])
