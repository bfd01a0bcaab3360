"""Money that goes back: refunds, chargebacks, credit paid out. What it had settled is open again."""

from datetime import date
from decimal import Decimal

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.ledger import payment_lines
from cloud_service.flow.collect.booking import (
    PaymentBooking,
    locked_account,
    note_booked,
    payment_entry,
    repeated,
    stored_payment,
)
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import bank_bookings, payments, prepaid, settlement
from cloud_service.store.receivables.bank_bookings import facts_of
from cloud_service.store.receivables.payments import NewPayment, PayingAccount, StoredPayment
from common.errors import ConflictError, InputError, NotFoundError


def give_back(
    session: Session, payment_id: int, amount: Decimal, *, reference: str, day: date, author: str, kind: str = "refund",
    line: BankLine | None = None,
) -> PaymentBooking:  # fmt: skip
    """Book a refund paid out by hand, or a chargeback, of (a part of) a payment; `line` is the bank's, kept with it."""
    original = stored_payment(session, payment_id)
    if original.provider == "bank":
        bank_bookings.lock(session)
    account = locked_account(session, original.account_id, day)
    original = stored_payment(session, payment_id)
    if original.amount <= 0:
        raise NotFoundError(f"payment {payment_id} is money that went out: there is nothing of it to give back")
    if amount <= 0 or amount != round_money(amount, original.currency):
        raise InputError(f"{amount} is not an amount of {original.currency} to give back", path="amount")
    reversal = NewPayment(
        original.account_id, original.provider, f"{kind}:{reference}", kind, -amount, original.currency,
        max(day, original.day), author, reverses_id=payment_id, facts=facts_of(line) if line else {},
    )  # fmt: skip
    if done := repeated(session, reversal):
        return done
    is_deposit = original.kind == "deposit"
    left = payments.deposit_left(session, payment_id) if is_deposit else payments.refundable(session, payment_id)
    if amount > left:
        left = round_money(left, original.currency)
        raise ConflictError(f"{amount} is more than the {left} {original.currency} left of the payment", path="amount")
    if is_deposit:
        return reverse(session, account, None, reversal, out_of="deposit")
    return reverse(session, account, original, reversal)


def pay_out(
    session: Session, account_id: int, amount: Decimal, *, reference: str, day: date, author: str
) -> list[PaymentBooking]:
    """Pay credit of the client (over-payments, credit notes) back by hand: the oldest credit first."""
    account = locked_account(session, account_id, day)
    if paid_before := payments.payouts(session, account_id, reference):
        return _paid_out_again(paid_before, amount)
    position = settlement.positions(session, [account_id]).get(account_id)
    sources = position.unallocated if position else []
    credit = sum((source.unallocated for source in sources), Decimal(0))
    used = prepaid.used_so_far(session, account_id)
    if used and amount > credit - used:
        raise ConflictError(
            f"{amount} cannot be paid out: of the credit of {round_money(credit, account.currency)} {account.currency},"
            f" {round_money(used, account.currency)} was used since the"
            " last bill",
            path="amount", hint="bill these days first",
        )  # fmt: skip
    if amount <= 0 or amount > credit or amount != round_money(amount, account.currency):
        credit = round_money(credit, account.currency)
        raise ConflictError(f"{amount} cannot be paid out, the credit is {credit} {account.currency}", path="amount")
    bookings = []
    for source in sources:
        taken = min(amount, source.unallocated)
        if taken > 0:
            of_payment = source.kind == "payment"
            payout = NewPayment(
                account_id, "payout", f"{reference}:{source.kind}:{source.id}", "refund", -taken, account.currency,
                max(day, source.available_since), author, reverses_id=source.id if of_payment else None,
                credit_note_id=None if of_payment else source.id,
            )  # fmt: skip
            bookings.append(reverse(session, account, None, payout))
            amount -= taken
    return bookings


def _paid_out_again(paid_before: list[StoredPayment], amount: Decimal) -> list[PaymentBooking]:
    """The same payout told twice is booked once; another amount is another payout, which needs a name of its own."""
    total = -sum((payout.amount for payout in paid_before), Decimal(0))
    if total != amount:
        raise ConflictError(
            f"this reference is that of a payout of {round_money(total, paid_before[0].currency):f}"
            f" {paid_before[0].currency} on {paid_before[0].day}",
            path="reference", hint="give another payout another reference",
        )  # fmt: skip
    return [PaymentBooking("duplicate", None, payout.account_id) for payout in paid_before]


def reverse(
    session: Session,
    account: PayingAccount,
    original: StoredPayment | None,
    reversal: NewPayment,
    out_of: str = "credit",
) -> PaymentBooking:
    """Book money that went out; what `original` lacks for it is taken back from invoices, the newest allocation first.

    Without an original nothing is taken back: the money was credit, or (`out_of`) a deposit.
    """
    payment_id = payments.add_payment(session, reversal)
    if payment_id is None:
        return PaymentBooking("duplicate", None, account.account_id)
    missing = -reversal.amount - original.unallocated if original else Decimal(0)
    allocations = (
        payments.allocations_to_take_back(session, original.id, missing, reversal.day)
        if original and missing > 0
        else []
    )
    entry = payment_entry(account, reversal, payment_id, payment_lines(reversal.account_id, reversal.amount, out_of))
    settlement.write_allocations(session, [(account, allocations)], reversal.author, along=[entry])
    positions = settlement.positions(session, [account.account_id], reversal.day)
    settlement.settle(session, positions.values(), reversal.day, reversal.author)
    note_booked(session, reversal, payment_id)
    return PaymentBooking("booked", payment_id, account.account_id)
