from dataclasses import replace
from datetime import date
from decimal import Decimal

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.statement_sums import StatementGap, statement_gaps

D = Decimal
HEAD = StatementHead("camt.053", "S1", opening=D("100.00"), closing=D("150.00"))
LINE = BankLine("ACC", "", date(2026, 11, 20), D("60.00"), "EUR", head=HEAD)
FEE = replace(LINE, amount=D("-10.00"))


def test_bookings_that_make_the_closing_balance_are_all() -> None:
    assert [] == statement_gaps([LINE, FEE])


def test_what_is_missing_of_a_statement_is_said() -> None:
    other = replace(HEAD, name="S2", closing=D("160.00"), place=1)

    assert [StatementGap("S1", "ACC", "EUR", D("150.00"), D("-10.00"))] == statement_gaps(
        [LINE, replace(LINE, head=other)]
    )


def test_a_statement_without_both_balances_or_of_two_currencies_says_nothing() -> None:
    without = replace(LINE, head=replace(HEAD, closing=None))

    assert [] == statement_gaps([without])
    assert [] == statement_gaps([LINE, replace(FEE, currency="CHF")])
    assert [] == statement_gaps([])
