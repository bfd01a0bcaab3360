from datetime import date
from decimal import Decimal

from cloud_service.flow import collect
from cloud_service.store.receivables.journal import cash_book, journal, revenue
from tests.cloud_service.till import PAID, Till

D = Decimal
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def test_the_cash_book_has_money_in_and_out_with_the_balance_after_each(till: Till) -> None:
    payment = till.paid("119.00")
    collect.give_back(till.session, payment, D(19), reference="r", day=date(2026, 11, 12), author="t")
    lines = cash_book(till.session, *NOVEMBER)

    assert [("payment", D(119), D(119), "A1", "Tenant 1"), ("refund", D(-19), D(100), "A1", "Tenant 1")] == [
        (line.kind, line.amount, line.balance, line.account, line.client) for line in lines
    ]
    assert [D(100)] == [line.balance for line in cash_book(till.session, date(2026, 11, 12), NOVEMBER[1])]
    assert [] == cash_book(till.session, *NOVEMBER, entity_id=till.world.entity + 1)


def test_revenue_is_net_by_month_and_kind_of_price(till: Till) -> None:
    till.bill("100.00", 9)
    till.bill("-10.00", 10)

    assert [(date(2026, 11, 1), "energy", D(90), 2)] == [
        (row.month, row.charge, row.net, row.lines) for row in revenue(till.session, *NOVEMBER)
    ]
    assert [] == revenue(till.session, date(2026, 12, 1), date(2026, 12, 31))


def test_debits_and_credits_of_the_journal_are_equal_and_nothing_is_left_out(till: Till) -> None:
    till.bill("100.00")
    till.pay("119.00")
    lines = list(journal(till.session, *NOVEMBER))

    assert sum(line.debit for line in lines) == sum(line.credit for line in lines)
    assert ["allocation", "invoice", "payment"] == sorted({line.kind for line in lines})
    assert [("receivable", D(119), D(0)), ("revenue", D(0), D(100)), ("tax", D(0), D(19))] == [
        (line.ledger, line.debit, line.credit) for line in lines if line.kind == "invoice"
    ]
    assert [] == list(journal(till.session, date(2026, 12, 1), date(2026, 12, 31)))
    assert {PAID} == {line.day for line in lines if line.kind == "payment"}
