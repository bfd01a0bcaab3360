"""What all bookings of money share: the locked account, the ledger entry of a payment, its row in the audit log."""

from dataclasses import dataclass
from datetime import date

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.ledger import LedgerEntry, LedgerLine
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import payments
from cloud_service.store.receivables.payments import NewPayment, PayingAccount, StoredPayment
from common.errors import ConflictError, NotFoundError


@dataclass(frozen=True, slots=True)
class PaymentBooking:
    """What became of an event or payment: `outcome` is booked, duplicate, noted, or why it was not booked."""

    outcome: str
    payment_id: int | None = None
    account_id: int | None = None


def locked_account(session: Session, account_id: int, day: date) -> PayingAccount:
    """The account, locked until the transaction ends, in the mode of a day; NotFoundError if there is none."""
    account = payments.lock_paying_account(session, account_id, day)
    if account is None:
        raise NotFoundError(f"account {account_id} does not exist")
    return account


def stored_payment(session: Session, payment_id: int) -> StoredPayment:
    """A payment by its id; NotFoundError if there is none."""
    payment = payments.payment(session, payment_id)
    if payment is None:
        raise NotFoundError(f"payment {payment_id} does not exist")
    return payment


def repeated(session: Session, payment: NewPayment) -> PaymentBooking | None:
    """The booking that says that this payment was booked before; None for a new reference.

    ConflictError where the reference is that of other money: nothing is passed over for a reference alone.
    """
    stored = payments.booked_as(session, payment.provider, payment.provider_ref)
    if stored is None:
        return None
    if stored.account_id != payment.account_id:  # perhaps another company's, of which the reader may know nothing
        raise ConflictError(
            "this reference is that of money of another account", path="reference",
            hint="give other money another reference",
        )  # fmt: skip
    same_money = (stored.kind, stored.amount, stored.reverses_id) == (payment.kind, payment.amount, payment.reverses_id)
    if same_money:
        return PaymentBooking("duplicate", None, payment.account_id)
    amount = round_money(abs(stored.amount), stored.currency)
    raise ConflictError(
        f"this reference is that of {amount:f} {stored.currency} of {stored.day}, {stored.kind} {stored.id}",
        path="reference", hint="give other money another reference",
    )  # fmt: skip


def payment_entry(
    account: PayingAccount, payment: NewPayment, payment_id: int, lines: tuple[LedgerLine, ...], *, kind: str = ""
) -> LedgerEntry:
    """The ledger entry of a payment; its business key is the payment's id, so it is booked once."""
    return LedgerEntry(
        entity_id=account.entity_id,
        kind=kind or payment.kind,
        business_key=f"payment:{payment_id}",
        day=payment.day,
        currency=payment.currency,
        lines=lines,
        text=f"{payment.provider} {payment.provider_ref}",
        author=payment.author,
        facts={"payment": payment_id},
    )


def note_booked(session: Session, payment: NewPayment, payment_id: int) -> None:
    """Say in the audit log who booked what."""
    log.note(
        session, payment.author, f"{payment.kind}.book", f"payment:{payment_id}",
        amount=format(payment.amount, "f"), currency=payment.currency, provider=payment.provider,
        reference=payment.provider_ref,
    )  # fmt: skip
