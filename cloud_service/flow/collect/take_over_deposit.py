"""Securities that earlier books hold of a client: held on by ours, though no money moved here."""

from datetime import date
from decimal import Decimal

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.ledger import take_over_deposit_lines
from cloud_service.flow.collect.booking import locked_account, note_booked, payment_entry, stored_payment
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import payments, taken_over
from cloud_service.store.receivables.ledger import book
from cloud_service.store.receivables.payments import NewPayment
from common.errors import ConflictError, InputError, NotFoundError

PROVIDER = "take_over"


def take_over_deposit(
    session: Session, account_id: int, amount: Decimal, *, on: date, today: date, author: str
) -> int | None:
    """A security of earlier books is held by ours; the payment's id, None where it was taken over before just so."""
    account = locked_account(session, account_id, on)
    if amount <= 0 or amount != round_money(amount, account.currency):
        raise InputError(f"{amount} is not an amount of {account.currency} to hold", path="amount")
    if on > today:
        raise InputError(f"{on} lies in the future", path="on", hint="the day from which these books have it")
    if taken_over.security_held(session, account_id, amount, on) is not None:
        return None
    number = taken_over.count_securities(session, account_id) + 1
    deposit = NewPayment(
        account_id, PROVIDER, f"{account_id}:{number}", "deposit", amount, account.currency, on, author
    )
    payment_id = payments.add_payment(session, deposit)
    if payment_id is None:
        raise ConflictError("somebody else took a security over at the same time", path="amount")
    lines = take_over_deposit_lines(account_id, amount)
    book(session, [payment_entry(account, deposit, payment_id, lines, kind="take_over")])
    note_booked(session, deposit, payment_id)
    return payment_id


def take_back_deposit(session: Session, payment_id: int, *, day: date, author: str) -> None:
    """It is none of our books after all: while all of it is held."""
    deposit = stored_payment(session, payment_id)
    if deposit.provider != PROVIDER or deposit.kind != "deposit":
        raise NotFoundError("there is no such security of earlier books")
    account = locked_account(session, deposit.account_id, day)
    if payments.deposit_left(session, payment_id) != deposit.amount:
        raise ConflictError("the security cannot be taken back: it was released, or given back", path="amount")
    undo = NewPayment(
        deposit.account_id, PROVIDER, f"deposit-undone:{payment_id}", "refund", -deposit.amount, deposit.currency,
        max(day, deposit.day), author, reverses_id=payment_id,
    )  # fmt: skip
    undo_id = payments.add_payment(session, undo)
    if undo_id is None:
        raise ConflictError("it was taken back already", path="amount")
    lines = take_over_deposit_lines(deposit.account_id, -deposit.amount)
    book(session, [payment_entry(account, undo, undo_id, lines, kind="take_over_undo")])
    note_booked(session, undo, undo_id)
