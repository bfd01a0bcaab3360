from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.domain.receivables.ledger import payment_lines
from cloud_service.flow.collect.booking import locked_account, note_booked, payment_entry, stored_payment
from cloud_service.store.receivables.payments import NewPayment
from common.errors import NotFoundError
from tests.cloud_service.till import PAID, Till

D = Decimal


def test_an_account_is_locked_with_its_mode_of_the_day(till: Till) -> None:
    till.session.execute(text("UPDATE account_mode SET mode = 'prepaid', during = '[2026-11-06,)'"))

    assert [False, True] == [
        locked_account(till.session, till.account, day).prepaid for day in (PAID, date(2026, 11, 6))
    ]
    with pytest.raises(NotFoundError, match="account 4711 does not exist"):
        locked_account(till.session, 4711, PAID)


def test_a_payments_entry_has_the_payments_id_for_its_key(till: Till) -> None:
    account = locked_account(till.session, till.account, PAID)
    payment = NewPayment(till.account, "bank", "B-7", "payment", D(5), "EUR", PAID, "mary")
    entry = payment_entry(account, payment, 12, payment_lines(till.account, D(5)))

    assert ("payment:12", "payment", "bank B-7", "mary", {"payment": 12}) == (
        entry.business_key, entry.kind, entry.text, entry.author, entry.facts,
    )  # fmt: skip


def test_who_booked_what_stands_in_the_audit_log(till: Till) -> None:
    note_booked(till.session, NewPayment(till.account, "bank", "B-7", "refund", D(-5), "EUR", PAID, "mary"), 12)
    row = till.session.execute(text("SELECT actor, action, subject, after FROM audit")).one()

    assert ("mary", "refund.book", "payment:12", "-5", "B-7") == (*row[:3], row.after["amount"], row.after["reference"])


def test_a_payment_that_does_not_exist_is_said_to_be_missing(till: Till) -> None:
    with pytest.raises(NotFoundError, match="payment 4711 does not exist"):
        stored_payment(till.session, 4711)
