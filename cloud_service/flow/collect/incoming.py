"""Money that comes in: booked to the client's credit or deposit; credit settles open invoices at once."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.ledger import LedgerEntry, payment_lines
from cloud_service.domain.receivables.payment_allocation import OpenInvoice, as_instructed
from cloud_service.flow.collect.booking import PaymentBooking, locked_account, note_booked, payment_entry, repeated
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import payment_receipts
from cloud_service.store.receivables import bank_bookings, payments, settlement
from cloud_service.store.receivables.bank_bookings import facts_of
from cloud_service.store.receivables.ledger import book
from cloud_service.store.receivables.payments import NewPayment, PayingAccount
from cloud_service.store.receivables.settlement import AccountPosition
from common.errors import InputError


def pay(
    session: Session,
    account_id: int,
    amount: Decimal,
    *,
    provider: str,
    reference: str,
    day: date,
    author: str,
    kind: str = "payment",
    to: Mapping[str, Decimal] | None = None,
    currency: str = "",
    line: BankLine | None = None,
) -> PaymentBooking:
    """Book money entered by hand or by a bank statement (`provider` cash, bank ...; `reference` unique there).

    `to` (invoice number -> amount) is what the payer says it is for; otherwise the oldest invoices are settled first.
    `currency` is the money's own, where it is known; it must be the account's. `line` is the bank's, kept with it.
    """
    if provider == "bank":
        bank_bookings.lock(session)
    account = locked_account(session, account_id, day)
    if currency and currency != account.currency:
        raise InputError(f"the money is in {currency}, the account in {account.currency}", path="currency")
    if amount <= 0 or amount != round_money(amount, account.currency):
        raise InputError(f"{amount} is not an amount of {account.currency} to receive", path="amount")
    bank_facts = facts_of(line) if line else {}
    payment = NewPayment(account_id, provider, reference, kind, amount, account.currency, day, author, facts=bank_facts)
    return repeated(session, payment) or receive(session, account, payment, instructions=to)


def receive(
    session: Session,
    account: PayingAccount,
    payment: NewPayment,
    *,
    first: int | None = None,
    instructions: Mapping[str, Decimal] | None = None,
) -> PaymentBooking:
    """Book a payment of a locked account, once by its provider's reference.

    It settles the invoice of id `first` or those of the instructions (number -> amount) before the oldest ones.
    """
    payment_id = payments.add_payment(session, payment)
    if payment_id is None:
        return PaymentBooking("duplicate", None, account.account_id)
    into = "deposit" if payment.kind == "deposit" else "credit"
    entry = payment_entry(account, payment, payment_id, payment_lines(payment.account_id, payment.amount, into))
    if into == "credit":
        _settle(session, account, payment_id, payment, entry, first=first, instructions=instructions)
    else:
        book(session, [entry])
    note_booked(session, payment, payment_id)
    _mail_receipt(session, payment_id)
    return PaymentBooking("booked", payment_id, account.account_id)


def _mail_receipt(session: Session, payment_id: int) -> None:
    """Where the company mails receipts and the client wants mails."""
    letter = payment_receipts.letter_of(session, payment_id)
    if letter.is_wanted:
        payment_receipts.queue(session, letter)


def _settle(
    session: Session,
    account: PayingAccount,
    payment_id: int,
    payment: NewPayment,
    entry: LedgerEntry,
    *,
    first: int | None,
    instructions: Mapping[str, Decimal] | None,
) -> None:
    """First what the payer named, then (unless the payer named all of it) the oldest; books `entry` with it."""
    positions = settlement.positions(session, [account.account_id], payment.day)
    position = positions[account.account_id]
    instructed = dict(
        instructions
        or _asked_for(position.open_invoices, first, payment.amount)
        or _share_of_debt(position, payment.amount)
    )
    if instructed:
        source = next(source for source in position.unallocated if (source.kind, source.id) == ("payment", payment_id))
        allocations = as_instructed(source, instructed, position.open_invoices, payment.day)
        settlement.write_allocations(session, [(account, allocations)], payment.author, along=[entry])
        positions = settlement.positions(session, [account.account_id], payment.day)
    settlement.settle(session, positions.values(), payment.day, payment.author, along=[] if instructed else [entry])


def _share_of_debt(position: AccountPosition, amount: Decimal) -> dict[str, Decimal]:
    """What of a top-up pays old debt, where that was agreed: the share, oldest invoice first."""
    share = position.debt_share
    left = round_money(amount * share, position.currency, "down") if share else Decimal(0)
    amounts = {}
    for invoice in position.old_debt:
        if left > 0:
            amounts[invoice.number] = min(invoice.outstanding, left)
            left -= amounts[invoice.number]
    return amounts


def _asked_for(invoices: list[OpenInvoice], invoice_id: int | None, amount: Decimal) -> dict[str, Decimal]:
    """The open invoice that a payment page was made for; nothing where it was for none, or is settled."""
    return {invoice.number: min(invoice.outstanding, amount) for invoice in invoices if invoice.id == invoice_id}
