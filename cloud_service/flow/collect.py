"""Money comes in and goes back: a verified event or a payment told by hand is booked and settles invoices.

Whatever is told twice is booked once. What does not fit is kept with its reason and never booked on a guess.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.ledger import LedgerEntry, LedgerLine, payment_lines
from cloud_service.domain.receivables.payment_allocation import OpenInvoice, as_instructed
from cloud_service.domain.receivables.provider_event import MOVES_MONEY, ProviderEvent
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import payments, settlement
from cloud_service.store.receivables.ledger import book as book_entries
from cloud_service.store.receivables.payments import NewPayment, PayingAccount, StoredPayment
from cloud_service.store.receivables.settlement import AccountPosition
from common.errors import ConflictError, InputError, NotFoundError, UnavailableError
from common.period import local_day

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class PaymentBooking:
    """What became of an event or payment: `outcome` is booked, duplicate, noted, or why it was not booked."""

    outcome: str
    payment_id: int | None = None
    account_id: int | None = None


def book_event(session: Session, event: ProviderEvent, clock: Clock) -> PaymentBooking:
    """Book a verified event of a payment provider, in the caller's transaction. Safe to repeat in any order."""
    stored = payments.store_event(session, event)
    if stored is None:
        return PaymentBooking("duplicate")
    done = _book(session, event)
    payments.mark_handled(session, stored, done.outcome, clock())
    if done.outcome not in ("booked", "duplicate", "noted"):
        log.note(
            session, event.provider, "payment.unbooked", f"payment_event:{stored}",
            reason=done.outcome, amount=format(event.amount, "f"), currency=event.currency,
        )  # fmt: skip
    return done


def _book(session: Session, event: ProviderEvent) -> PaymentBooking:
    if event.kind not in MOVES_MONEY:
        return PaymentBooking("noted")
    return _paid(session, event) if event.kind == "paid" else _given_back(session, event)


def _paid(session: Session, event: ProviderEvent) -> PaymentBooking:
    request = payments.purpose_of(session, event.provider, event.request_ref)
    if request is None:
        return PaymentBooking("unmatched: no payment request of that name")
    account = _locked(session, request.account_id, event.occurred_at.date())
    if event.currency != account.currency:
        return PaymentBooking(f"wrong currency: {event.currency} for an account in {account.currency}")
    new = NewPayment(
        account_id=account.account_id,
        provider=event.provider,
        provider_ref=event.payment_ref or event.request_ref,
        kind="top_up" if account.prepaid and request.invoice_id is None else "payment",
        amount=event.amount,
        currency=event.currency,
        day=local_day(event.occurred_at, account.timezone),
        author=event.provider,
        facts={"request_ref": event.request_ref, "event": event.event_id},
    )
    return _receive(session, account, new, first=request.invoice_id)


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
) -> PaymentBooking:
    """Book money told by hand or by a bank statement (`provider` cash, bank ...; `reference` unique there).

    `to` (invoice number -> amount) is what the payer says it is for; otherwise the oldest invoices are settled first.
    `currency` is the money's own, where it is known; it must be the account's.
    """
    account = _locked(session, account_id, day)
    if currency and currency != account.currency:
        raise InputError(f"the money is in {currency}, the account in {account.currency}", path="currency")
    if amount <= 0 or amount != round_money(amount, account.currency):
        raise InputError(f"{amount} is not an amount of {account.currency} to receive", path="amount")
    new = NewPayment(account_id, provider, reference, kind, amount, account.currency, day, author)
    return _receive(session, account, new, to=to)


def _receive(
    session: Session,
    account: PayingAccount,
    new: NewPayment,
    *,
    first: int | None = None,
    to: Mapping[str, Decimal] | None = None,
) -> PaymentBooking:
    payment_id = payments.add_payment(session, new)
    if payment_id is None:
        return PaymentBooking("duplicate", None, account.account_id)
    into = "deposit" if new.kind == "deposit" else "credit"
    entry = _entry(account, new, payment_id, payment_lines(new.account_id, new.amount, into))
    if into == "credit":
        _settle(session, account, payment_id, new, entry, first=first, to=to)
    else:
        book_entries(session, [entry])
    _audit(session, new, payment_id)
    return PaymentBooking("booked", payment_id, account.account_id)


def _settle(
    session: Session,
    account: PayingAccount,
    payment_id: int,
    new: NewPayment,
    entry: LedgerEntry,
    *,
    first: int | None,
    to: Mapping[str, Decimal] | None,
) -> None:
    """First what the payer named, then (unless the payer named all of it) the oldest; books `entry` with it."""
    found = settlement.positions(session, [account.account_id])
    mine = found[account.account_id]
    wanted = dict(to or _named(mine.open, first, new.amount) or _share_of_debt(mine, new.amount))
    if wanted:
        source = next(one for one in mine.free if (one.kind, one.id) == ("payment", payment_id))
        parts = as_instructed(source, wanted, mine.open, new.day)
        settlement.write_allocations(session, [(account, parts)], new.author, along=[entry])
        found = settlement.positions(session, [account.account_id])
    settlement.settle(session, found.values(), new.day, new.author, along=[] if wanted else [entry])


def _share_of_debt(mine: AccountPosition, amount: Decimal) -> dict[str, Decimal]:
    """What of a top-up pays old debt, where that was agreed: the share, oldest invoice first."""
    left = round_money(amount * mine.share, mine.currency, "down") if mine.share else Decimal(0)
    wanted = {}
    for one in mine.debt:
        if left > 0:
            wanted[one.number] = min(one.left, left)
            left -= wanted[one.number]
    return wanted


def _named(opened: list[OpenInvoice], invoice_id: int | None, amount: Decimal) -> dict[str, Decimal]:
    return {one.number: min(one.left, amount) for one in opened if one.id == invoice_id}


def _given_back(session: Session, event: ProviderEvent) -> PaymentBooking:
    """A refund or chargeback at the provider takes its payment back from the invoices it settled."""
    original = payments.find_payment(session, event.provider, event.payment_ref, event.request_ref)
    if original is None:
        raise UnavailableError("the payment that is given back is not known yet", hint="send the event again later")
    account = _locked(session, original.account_id, event.occurred_at.date())
    original = _payment(session, original.id)
    if event.currency != original.currency:
        return PaymentBooking(f"wrong currency: {event.currency} for a payment in {original.currency}")
    if event.amount > payments.refundable(session, original.id):
        return PaymentBooking("more is given back than is left of the payment")
    own_name = event.payment_ref and event.payment_ref != original.provider_ref
    new = NewPayment(
        account_id=account.account_id,
        provider=event.provider,
        provider_ref=event.payment_ref if own_name else f"{event.kind}:{event.event_id}",
        kind="refund" if event.kind == "refunded" else "chargeback",
        amount=-event.amount,
        currency=event.currency,
        day=max(local_day(event.occurred_at, account.timezone), original.day),
        author=event.provider,
        reverses_id=original.id,
        facts={"event": event.event_id},
    )
    return _reverse(session, account, original, new)


def give_back(
    session: Session, payment_id: int, amount: Decimal, *, reference: str, day: date, author: str, kind: str = "refund"
) -> PaymentBooking:
    """Book a refund paid out by hand, or a chargeback told by the bank, of (a part of) a payment."""
    account = _locked(session, _payment(session, payment_id).account_id, day)
    known = _payment(session, payment_id)
    if amount <= 0 or amount != round_money(amount, known.currency):
        raise InputError(f"{amount} is not an amount of {known.currency} to give back", path="amount")
    is_deposit = known.kind == "deposit"
    left = payments.deposit_left(session, payment_id) if is_deposit else payments.refundable(session, payment_id)
    if amount > left:
        raise ConflictError(f"{amount} is more than the {left} left of the payment", path="amount")
    new = NewPayment(
        known.account_id, known.provider, f"{kind}:{reference}", kind, -amount, known.currency, max(day, known.day),
        author, reverses_id=payment_id,
    )  # fmt: skip
    return _reverse(session, account, None if is_deposit else known, new, out_of="deposit" if is_deposit else "credit")


def pay_out(
    session: Session, account_id: int, amount: Decimal, *, reference: str, day: date, author: str
) -> list[PaymentBooking]:
    """Pay credit of the client (over-payments, credit notes) back by hand: the oldest credit first."""
    account = _locked(session, account_id, day)
    mine = settlement.positions(session, [account_id]).get(account_id)
    money = mine.free if mine else []
    free = sum((source.left for source in money), Decimal(0))
    if amount <= 0 or amount > free or amount != round_money(amount, account.currency):
        raise ConflictError(f"{amount} cannot be paid out, the credit is {free} {account.currency}", path="amount")
    done = []
    for source in money:
        part = min(amount, source.left)
        if part > 0:
            of_payment = source.kind == "payment"
            new = NewPayment(
                account_id, "payout", f"{reference}:{source.kind}:{source.id}", "refund", -part, account.currency,
                max(day, source.since), author, reverses_id=source.id if of_payment else None,
                credit_note_id=None if of_payment else source.id,
            )  # fmt: skip
            done.append(_reverse(session, account, None, new))
            amount -= part
    return done


def _reverse(
    session: Session, account: PayingAccount, original: StoredPayment | None, new: NewPayment, out_of: str = "credit"
) -> PaymentBooking:
    payment_id = payments.add_payment(session, new)
    if payment_id is None:
        return PaymentBooking("duplicate", None, account.account_id)
    missing = -new.amount - original.left if original else Decimal(0)
    parts = (
        payments.allocations_to_take_back(session, original.id, missing, new.day) if original and missing > 0 else []
    )
    entry = _entry(account, new, payment_id, payment_lines(new.account_id, new.amount, out_of))
    settlement.write_allocations(session, [(account, parts)], new.author, along=[entry])
    settlement.settle(session, settlement.positions(session, [account.account_id]).values(), new.day, new.author)
    _audit(session, new, payment_id)
    return PaymentBooking("booked", payment_id, account.account_id)


def release_deposit(session: Session, payment_id: int, amount: Decimal, *, day: date, author: str) -> PaymentBooking:
    """A security deposit (or a part) becomes credit; it settles open invoices, the rest can be paid out."""
    deposit = payments.payment(session, payment_id)
    if deposit is None or deposit.kind != "deposit":
        raise NotFoundError(f"payment {payment_id} is no deposit")
    account = _locked(session, deposit.account_id, day)
    left = payments.deposit_left(session, payment_id)
    if amount <= 0 or amount > left:
        raise ConflictError(f"{amount} cannot be released, {left} {deposit.currency} is left of the deposit")
    number = payments.count_releases(session, payment_id) + 1
    new = NewPayment(
        deposit.account_id, "deposit", f"{payment_id}:{number}", "payment", amount, deposit.currency,
        max(day, deposit.day), author, facts={"deposit": payment_id},
    )  # fmt: skip
    released = payments.add_payment(session, new)
    if released is None:
        return PaymentBooking("duplicate", None, account.account_id)
    lines = (LedgerLine("deposit", amount, new.account_id), LedgerLine("credit", -amount, new.account_id))
    entry = _entry(account, new, released, lines, kind="deposit_release")
    found = settlement.positions(session, [account.account_id])
    settlement.settle(session, found.values(), new.day, author, along=[entry])
    _audit(session, new, released)
    return PaymentBooking("booked", released, account.account_id)


def _entry(
    account: PayingAccount, new: NewPayment, payment_id: int, lines: tuple[LedgerLine, ...], *, kind: str = ""
) -> LedgerEntry:
    return LedgerEntry(
        entity_id=account.entity_id,
        kind=kind or new.kind,
        business_key=f"payment:{payment_id}",
        day=new.day,
        currency=new.currency,
        lines=lines,
        text=f"{new.provider} {new.provider_ref}",
        author=new.author,
        facts={"payment": payment_id},
    )


def _audit(session: Session, new: NewPayment, payment_id: int) -> None:
    log.note(
        session, new.author, f"{new.kind}.book", f"payment:{payment_id}",
        amount=format(new.amount, "f"), currency=new.currency, provider=new.provider, reference=new.provider_ref,
    )  # fmt: skip


def _payment(session: Session, payment_id: int) -> StoredPayment:
    found = payments.payment(session, payment_id)
    if found is None:
        raise NotFoundError(f"payment {payment_id} does not exist")
    return found


def _locked(session: Session, account_id: int, day: date) -> PayingAccount:
    found = payments.lock_paying_account(session, account_id, day)
    if found is None:
        raise NotFoundError(f"account {account_id} does not exist")
    return found
