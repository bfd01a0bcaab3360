from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.receivables import bank_line_pairing
from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.bank_line_likeness import Likeness, likeness
from cloud_service.domain.receivables.bank_line_pairing import ToldBefore

LINE = BankLine("ACC", "", date(2026, 11, 20), Decimal("5.00"), "EUR", "rent", head=StatementHead("camt.053", "S1"))
SAME, DOUBTFUL, OTHER = Likeness.SAME, Likeness.DOUBTFUL, Likeness.OTHER


def other_statement(line: BankLine) -> BankLine:
    return replace(line, head=StatementHead("camt.053", "S2"))


def pairs(told: ToldBefore, *lines: BankLine) -> list[Likeness]:
    return [pairing.likeness for pairing in told.pair(lines)]


def test_each_earlier_line_answers_for_one() -> None:
    assert [SAME, SAME, OTHER] == pairs(ToldBefore([LINE, LINE]), LINE, LINE, LINE)


@pytest.mark.parametrize("form", ["camt.053", "mt940"])
def test_many_equal_amounts_of_a_day_are_compared_once_each(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    looks: list[BankLine] = []

    def look(line: BankLine, earlier: BankLine) -> Likeness:
        looks.append(line)
        return likeness(line, earlier)

    monkeypatch.setattr(bank_line_pairing, "likeness", look)
    lines = [replace(LINE, remittance=f"rent of flat {number // 2}") for number in range(300)]  # each text twice
    again = [replace(line, head=StatementHead(form, "S1")) for line in reversed(lines)]

    assert [SAME] * 300 == pairs(ToldBefore(lines), *again)
    assert 300 == len(looks)


def test_a_line_with_the_bank_s_name_takes_its_own_before_equal_ones_without() -> None:
    with_name = replace(LINE, bank_names=("bank:R-1",))
    told = ToldBefore([with_name, LINE])
    pairings = told.pair([LINE, with_name])

    assert [(SAME, 1), (SAME, 0)] == [(pairing.likeness, pairing.place) for pairing in pairings]


def test_one_doubtful_line_leaves_the_next_in_no_doubt() -> None:
    assert [DOUBTFUL, OTHER] == pairs(ToldBefore([LINE]), other_statement(LINE), other_statement(LINE))


def test_two_different_bookings_in_common_make_two_statements_the_same_one() -> None:
    second = replace(LINE, amount=Decimal("6.00"))

    assert [SAME, SAME] == pairs(ToldBefore([LINE, second]), other_statement(LINE), other_statement(second))


def test_two_equal_bookings_in_common_do_not() -> None:
    assert [DOUBTFUL, DOUBTFUL] == pairs(ToldBefore([LINE, LINE]), other_statement(LINE), other_statement(LINE))


def test_what_a_file_told_first_is_told_when_its_next_statement_comes() -> None:
    told = ToldBefore()

    assert [OTHER] == pairs(told, replace(LINE, head=StatementHead("camt.052", "R1")))
    assert [SAME] == pairs(told, LINE)
