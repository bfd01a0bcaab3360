from datetime import date
from decimal import Decimal

from sqlalchemy import text

from cloud_service.domain.receivables.payment_allocation import Allocation
from cloud_service.flow import collect
from cloud_service.store.receivables import settlement
from tests.cloud_service.till import BILLED, PAID, Till

D = Decimal


def test_a_position_has_open_invoices_the_one_due_first_and_unallocated_money(till: Till) -> None:
    till.pay("300.00", kind="deposit")  # held apart, so it is no money to settle with
    first, second = till.bill("100.00", 9), till.bill("10.00", 10)
    position = settlement.positions(till.session, [till.account])[till.account]

    assert [(first.id, D(119), BILLED), (second.id, D("11.90"), BILLED)] == [
        (invoice.id, invoice.outstanding, invoice.open_since) for invoice in position.open_invoices
    ]
    assert ([], [], None) == (position.unallocated, position.old_debt, position.debt_share)


def test_what_is_settled_and_used_up_is_no_position(till: Till) -> None:
    till.bill("100.00")
    till.pay("119.00")

    assert {} == settlement.positions(till.session, [till.account])


def test_money_that_was_taken_back_is_available_from_that_day_and_the_invoice_open_from_it(till: Till) -> None:
    bill = till.bill("100.00")
    payment = till.paid("119.00")
    back = date(2026, 11, 12)
    allocation = Allocation("payment", payment, bill.id, D(-119), back, automatic=False)
    account = settlement.AccountPosition(till.account, till.world.entity, "EUR")
    settlement.write_allocations(till.session, [(account, [allocation])], "t")
    position = settlement.positions(till.session, [till.account])[till.account]

    assert [(D(119), back)] == [(source.unallocated, source.available_since) for source in position.unallocated]
    assert [(D(119), back)] == [(invoice.outstanding, invoice.open_since) for invoice in position.open_invoices]


def test_a_credit_note_is_a_source_like_a_payment(till: Till) -> None:
    till.bill("-50.00")
    position = settlement.positions(till.session, [till.account])[till.account]

    assert [("credit_note", D("59.50"), BILLED)] == [
        (source.kind, source.unallocated, source.available_since) for source in position.unallocated
    ]


def test_settling_leaves_old_debt_that_is_recovered_by_a_share(till: Till) -> None:
    bill = till.bill("100.00")
    till.session.execute(text("""UPDATE account SET settings = '{"debt_share": "0"}'"""))
    till.session.execute(text("UPDATE account_mode SET mode = 'prepaid', during = '[2026-01-01,2026-12-01)'"))
    till.pay("50.00", kind="top_up")
    assert [] == settlement.positions(till.session, [till.account], date(2026, 12, 1))[till.account].old_debt
    till.session.execute(text("UPDATE account_mode SET during = '[2026-01-01,)'"))
    position = settlement.positions(till.session, [till.account])[till.account]

    assert ([bill.id], D(0)) == ([invoice.id for invoice in position.old_debt], position.debt_share)
    assert [] == settlement.settle(till.session, [position], PAID, "t")


def test_accounts_with_credit_are_those_the_ledger_says(till: Till) -> None:
    assert [] == settlement.with_credit(till.session, [till.account])
    collect.pay(till.session, till.account, D(5), provider="cash", reference="1", day=PAID, author="t")

    assert [till.account] == settlement.with_credit(till.session, [till.account])
