from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow import arrangements
from cloud_service.store.receivables import overdue_invoices
from cloud_service.store.receivables.overdue_invoices import OverdueInvoice
from tests.cloud_service.till import BILLED, PAID, Till

D = Decimal
DUE = date(2026, 11, 16)
DAY = date(2026, 11, 23)


def overdue(till: Till, day: date = DAY) -> list[OverdueInvoice]:
    return overdue_invoices.overdue_invoices(till.session, day)


def test_an_invoice_is_overdue_from_the_day_after_its_due_date_with_what_is_left(till: Till) -> None:
    till.bill("100.00")
    till.pay("19.00")
    (invoice,) = overdue(till, date(2026, 11, 17))

    assert [] == overdue(till, DUE)
    assert (D(119), D(100), DUE, "A1", "DE", 0, None, False) == (
        invoice.total, invoice.left, invoice.due_date, invoice.account, invoice.country, invoice.taken, invoice.last,
        invoice.derived,
    )  # fmt: skip


def test_paid_disputed_planned_and_doubtful_invoices_are_left_out(till: Till) -> None:
    paid, disputed, planned, doubtful = (till.bill("100.00", month) for month in (6, 7, 8, 9))
    till.pay("119.00")
    arrangements.dispute(till.session, disputed.id, reason="x", day=BILLED, author="t")
    arrangements.agree_plan(till.session, [planned.id], 2, DAY, reason="x", author="t")
    till.session.execute(
        text("INSERT INTO late_day (invoice_id, register_id, day, after) VALUES (:i, :r, '2026-09-01', 5)"),
        {"i": doubtful.id, "r": till.world.registers[0]},
    )

    assert paid.id
    assert [] == overdue(till)


def test_a_step_is_recorded_once_and_counted(till: Till) -> None:
    till.bill("100.00")
    (invoice,) = overdue(till)
    recorded = [
        overdue_invoices.record_step(till.session, invoice, step=1, name="Reminder", day=DAY, fee_invoice_id=None)
        for _ in range(2)
    ]
    (again,) = overdue(till)

    assert ([True, False], 1, DAY) == (recorded, again.taken, again.last)


def test_settlements_are_days_with_amounts_negative_where_money_was_taken_back(till: Till) -> None:
    bill = till.bill("100.00")
    till.pay("19.00")

    assert [(PAID, D(19))] == overdue_invoices.settlements(till.session, bill.id)
    assert overdue_invoices.interest_until(till.session, till.account, bill.id) is None


def test_invoices_are_grouped_by_account_in_order(till: Till) -> None:
    till.bill("100.00", 9)
    till.bill("10.00", 10)
    rows = overdue(till)

    assert {till.account: rows} == overdue_invoices.group_by_account(rows)


@pytest.mark.parametrize("entity", [0, 4711])
def test_another_entity_has_nothing_overdue(till: Till, entity: int) -> None:
    till.bill("100.00")

    assert [] == overdue_invoices.overdue_invoices(till.session, DAY, till.world.entity + entity + 1)
