from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow import collect
from common.errors import ConflictError, InputError, NotFoundError
from tests.cloud_service.till import PAID, Till

SETTLED = text("SELECT day, amount FROM allocation WHERE invoice_id = :id ORDER BY id")
D = Decimal
BACK = date(2026, 11, 12)


def test_money_booked_late_does_not_settle_an_invoice_for_days_on_which_other_money_did(till: Till) -> None:
    bill = till.bill("100.00")
    first = till.paid("119.00", "1", date(2026, 11, 5))
    collect.give_back(till.session, first, D(119), reference="r", day=BACK, author="t", kind="chargeback")
    till.pay("119.00", "2", date(2026, 11, 8))
    till.session.commit()
    settled = [(row.day.day, row.amount) for row in till.session.execute(SETTLED, {"id": bill.id})]

    assert [(5, D(119)), (12, D(-119)), (12, D(119))] == settled


def test_a_refund_takes_back_from_invoices_only_what_credit_does_not_cover(till: Till) -> None:
    bill = till.bill("100.00")
    payment = till.paid("150.00")
    collect.give_back(till.session, payment, D("31.00"), reference="r1", day=BACK, author="t")
    covered = till.outstanding(bill)
    collect.give_back(till.session, payment, D("19.00"), reference="r2", day=BACK, author="t")

    assert (D(0), D(19)) == (covered, till.outstanding(bill))
    assert (D(100), D(19)) == (till.books()["cash"], till.books()["receivable"])


def test_a_refund_takes_back_the_newest_settlement_and_leaves_the_older_ones_as_they_are(till: Till) -> None:
    october, november = till.bill("100.00"), till.bill("50.00", month=11)
    payment = till.paid("178.50")
    collect.give_back(till.session, payment, D("20.00"), reference="r1", day=BACK, author="t")
    settled = {
        bill.number: [row.amount for row in till.session.execute(SETTLED, {"id": bill.id})]
        for bill in (october, november)
    }

    assert {october.number: [D(119)], november.number: [D("59.50"), D(-20)]} == settled


def test_a_refund_is_booked_once_by_its_reference_and_never_exceeds_the_payment(till: Till) -> None:
    payment = till.paid("50.00")
    first = collect.give_back(till.session, payment, D(30), reference="r", day=BACK, author="t")
    again = collect.give_back(till.session, payment, D(30), reference="r", day=BACK, author="t")
    with pytest.raises(ConflictError, match=r"more than the 20\.00 EUR left of the payment"):
        collect.give_back(till.session, payment, D(30), reference="r2", day=BACK, author="t")

    assert ("booked", "duplicate") == (first.outcome, again.outcome)
    assert D(20) == till.books()["cash"]


def test_of_money_that_went_out_nothing_is_given_back(till: Till) -> None:
    payment = till.paid("50.00")
    out = collect.give_back(till.session, payment, D(30), reference="r", day=BACK, author="t").payment_id

    assert out is not None
    with pytest.raises(NotFoundError, match="money that went out: there is nothing of it to give back"):
        collect.give_back(till.session, out, D(1), reference="r2", day=BACK, author="t")
    assert D(20) == till.books()["cash"]


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_what_is_no_amount_to_give_back_is_refused(till: Till, amount: str) -> None:
    with pytest.raises(InputError, match="not an amount of EUR to give back"):
        collect.give_back(till.session, till.paid("50.00"), D(amount), reference="r", day=BACK, author="t")
    with pytest.raises(NotFoundError, match="payment 4711 does not exist"):
        collect.give_back(till.session, 4711, D(1), reference="r", day=BACK, author="t")


def test_credit_is_paid_out_from_the_oldest_on_and_no_more_than_there_is(till: Till) -> None:
    till.pay("30.00", "1", PAID)
    till.pay("20.00", "2", BACK)
    bookings = collect.pay_out(till.session, till.account, D(40), reference="p", day=BACK, author="t")
    rows = till.session.execute(text("SELECT amount FROM payment WHERE provider = 'payout' ORDER BY id")).scalars()

    assert ["booked", "booked"] == [booking.outcome for booking in bookings]
    assert [D(-30), D(-10)] == list(rows)
    assert D(-10) == till.books()["credit"]
    with pytest.raises(ConflictError, match=r"the credit is 10\.0+ EUR"):
        collect.pay_out(till.session, till.account, D(11), reference="q", day=BACK, author="t")


def test_a_deposit_goes_back_out_of_the_deposit(till: Till) -> None:
    deposit = till.paid("100.00", kind="deposit")
    collect.give_back(till.session, deposit, D(40), reference="r", day=BACK, author="t")

    assert {"cash": D(60), "deposit": D(-60)} == till.books()


def payout(till: Till, amount: str, reference: str) -> list[str]:
    return [
        done.outcome
        for done in collect.pay_out(till.session, till.account, D(amount), reference=reference, day=BACK, author="t")
    ]


def test_a_payout_told_twice_by_one_reference_is_booked_once(till: Till) -> None:
    till.pay("10.00", "1")
    till.pay("10.00", "2")

    assert ["booked"] == payout(till, "10.00", "R-77")
    assert ["duplicate"] == payout(till, "10.00", "R-77")
    assert D(-10) == till.books()["credit"]
    assert ["booked"] == payout(till, "10.00", "R-78")


def test_a_payout_out_of_several_credits_is_one_payout(till: Till) -> None:
    till.pay("10.00", "1")
    till.pay("10.00", "2")
    till.pay("10.00", "3")

    assert ["booked", "booked"] == payout(till, "15.00", "R:payment")
    assert ["duplicate", "duplicate"] == payout(till, "15.00", "R:payment")
    assert D(-15) == till.books()["credit"]


def test_another_payout_by_a_used_reference_is_refused_with_what_it_was_for(till: Till) -> None:
    till.pay("30.00", "1")
    payout(till, "10.00", "R-77")

    with pytest.raises(ConflictError, match=r"this reference is that of a payout of 10\.00 EUR on 2026-11-"):
        payout(till, "20.00", "R-77")


def test_a_refund_of_all_told_twice_is_booked_once_and_its_reference_is_no_other_s(till: Till) -> None:
    first, second = till.paid("10.00", "1"), till.paid("20.00", "2")

    def refund(payment: int, amount: str) -> str:
        return collect.give_back(till.session, payment, D(amount), reference="R-1", day=BACK, author="t").outcome

    assert ["booked", "duplicate"] == [refund(first, "10.00"), refund(first, "10.00")]
    with pytest.raises(ConflictError, match=r"this reference is that of 10\.00 EUR of 2026-11-"):
        refund(second, "20.00")


def test_two_equal_payments_that_both_came_back_are_two_though_told_by_one_reference(till: Till) -> None:
    first, second = till.paid("10.00", "1"), till.paid("10.00", "2")

    def came_back(payment: int, reference: str) -> str:
        return collect.give_back(
            till.session, payment, D("10.00"), reference=reference, day=BACK, author="t", kind="chargeback"
        ).outcome

    assert "booked" == came_back(first, "bank")
    with pytest.raises(ConflictError, match=r"this reference is that of 10\.00 EUR of 2026-11-"):
        came_back(second, "bank")
    assert ["booked", "duplicate"] == [came_back(second, "bank 2"), came_back(first, "bank")]


def test_a_bill_in_the_client_s_favour_that_was_paid_out_pays_no_other_bill(till: Till) -> None:
    till.bill("-50.00", 9)
    assert ["booked"] == payout(till, "59.50", "R-1")
    later = till.bill("100.00", 10)

    till.pay("10.00", "2")
    assert D("109.00") == till.outstanding(later)
    assert "credit" not in till.books()
