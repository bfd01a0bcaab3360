"""Payments that may have come back: those of an amount, of the bank, with what was given back of them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.flow import collect
from cloud_service.store.receivables.received_payments import received_payments
from cloud_service.store.scope import Scope
from tests.books.world import build

D = Decimal
BACK = BankLine("", "r", date(2026, 11, 20), D("-119.00"), "EUR", reversal=True)
ALL = Scope()


def test_what_may_have_come_back_by_a_line(session: Session) -> None:
    world = build(session, tenants=2)

    def pay(reference: str, amount: str = "119.00", *, by: str = "bank", day: date = date(2026, 11, 5)) -> int:
        done = collect.pay(
            session, world.accounts[0], D(amount), provider=by, reference=reference, day=day, author="t"
        )  # fmt: skip
        assert done.payment_id is not None
        return done.payment_id

    given_back = pay("1")
    collect.give_back(session, given_back, D("1.00"), reference="x", day=date(2026, 11, 6), author="t")
    pay("2", "119.01")
    pay("3", by="cash")
    pay("4", day=date(2026, 11, 21))
    pay("5", day=date(2025, 9, 1))
    older, newer = pay("6", day=date(2025, 10, 1)), pay("7")

    candidates = received_payments(session, [BACK], ALL)
    assert [(newer, False), (given_back, True), (older, False)] == [
        (payment.payment_id, payment.is_given_back) for payment in candidates
    ]
    assert ("A1", "Tenant 1") == (candidates[0].account, candidates[0].client)
    assert [] == received_payments(session, [BACK], Scope(frozenset({world.entity + 1})))
    assert [] == received_payments(session, [], ALL)
    assert [newer, given_back, older] == [
        payment.payment_id
        for payment in received_payments(
            session, [replace(BACK, amount=D("-122.50"), returned_amount=D("119.00"))], ALL
        )
    ]
