from datetime import date
from decimal import Decimal

from cloud_service.domain.receivables.instalments import Instalment
from cloud_service.flow import arrangements
from cloud_service.store.receivables import disputes_and_plans
from tests.cloud_service.till import BILLED, PAID, Till

D = Decimal


def test_a_dispute_is_opened_and_closed_once(till: Till) -> None:
    bill = till.bill("100.00").id

    assert [True, False] == [
        disputes_and_plans.open_dispute(till.session, bill, "wrong meter", BILLED, "t") for _ in range(2)
    ]
    assert [True, False] == [disputes_and_plans.close_dispute(till.session, bill, "right", PAID) for _ in range(2)]


def test_an_active_plan_says_what_is_owed_was_paid_and_should_have_been(till: Till) -> None:
    bill = till.bill("100.00")
    instalments = [Instalment(date(2026, 12, 1), D(60)), Instalment(date(2027, 1, 1), D(59))]
    plan = disputes_and_plans.add_plan(till.session, till.account, [bill.id], instalments, reason="asked", author="t")
    till.pay("50.00")
    expected = {date(2026, 12, 8): D(0), date(2026, 12, 9): D(60), date(2027, 1, 9): D(119)}

    for day, due in expected.items():
        (active,) = disputes_and_plans.active_plans(till.session, day, 7)
        assert (plan, D(69), D(50), due) == (active.id, active.outstanding, active.paid, active.expected), day


def test_a_plan_that_ended_covers_nothing_any_more(till: Till) -> None:
    bill = till.bill("100.00")
    plan = disputes_and_plans.add_plan(
        till.session, till.account, [bill.id], [Instalment(PAID, D(119))], reason="asked", author="t"
    )
    before = disputes_and_plans.numbers_in_plans(till.session, [bill.id])
    disputes_and_plans.set_plan_state(till.session, plan, "broken")

    assert ([bill.number], []) == (before, disputes_and_plans.numbers_in_plans(till.session, [bill.id]))
    assert [] == disputes_and_plans.active_plans(till.session, PAID, 7)


def test_write_offs_of_an_invoice_are_counted_and_not_those_of_its_neighbours(till: Till) -> None:
    first, second = till.bill("100.00", 9), till.bill("100.00", 10)
    for amount in (1, 2):
        arrangements.write_off(till.session, first.id, D(amount), reason="lost", day=PAID, author="t")

    assert (2, 0) == (
        disputes_and_plans.count_write_offs(till.session, first.id),
        disputes_and_plans.count_write_offs(till.session, second.id),
    )
