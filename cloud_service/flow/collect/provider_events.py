"""Events of a payment provider: kept as they came, then booked; safe to repeat in any order."""

from collections.abc import Callable
from datetime import datetime

from cloud_service.domain.receivables.provider_event import MOVES_MONEY, ProviderEvent
from cloud_service.flow.collect.booking import PaymentBooking, locked_account, stored_payment
from cloud_service.flow.collect.incoming import receive
from cloud_service.flow.collect.outgoing import reverse
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import payments
from cloud_service.store.receivables.payments import NewPayment
from common.errors import UnavailableError
from common.period import local_day

UNDONE = {
    "refund_failed": "the refund failed: its money is ours again",
    "dispute_won": "the dispute is won: its money is ours again",
}
Clock = Callable[[], datetime]


def book_event(session: Session, event: ProviderEvent, clock: Clock) -> PaymentBooking:
    """Book a verified event of a payment provider, in the caller's transaction. Safe to repeat in any order.

    UnavailableError where the payment it gives back is not known yet: the event has to come again.
    """
    event_id = payments.store_event(session, event)
    if event_id is None:
        return PaymentBooking("duplicate")
    booking = _booked(session, event)
    payments.mark_handled(session, event_id, booking.outcome, clock(), booking.account_id)
    if booking.outcome not in ("booked", "duplicate", "noted"):
        log.note(
            session, event.provider, "payment.unbooked", f"payment_event:{event_id}",
            reason=booking.outcome, amount=format(event.amount, "f"), currency=event.currency,
        )  # fmt: skip
    return booking


def _booked(session: Session, event: ProviderEvent) -> PaymentBooking:
    if event.kind not in MOVES_MONEY:
        return PaymentBooking("noted")
    if event.undoes:
        return _undone(session, event)
    return _paid(session, event) if event.kind == "paid" else _given_back(session, event)


def _paid(session: Session, event: ProviderEvent) -> PaymentBooking:
    purpose = payments.purpose_of(session, event.provider, event.request_ref)
    if purpose is None:
        return PaymentBooking("unmatched: no payment request of that name")
    account = locked_account(session, purpose.account_id, event.occurred_at.date())
    if event.currency != account.currency:
        return PaymentBooking(
            f"wrong currency: {event.currency} for an account in {account.currency}", None, account.account_id
        )
    payment = NewPayment(
        account_id=account.account_id,
        provider=event.provider,
        provider_ref=event.payment_ref or event.request_ref,
        kind="top_up" if account.prepaid and purpose.invoice_id is None else "payment",
        amount=event.amount,
        currency=event.currency,
        day=local_day(event.occurred_at, account.timezone),
        author=event.provider,
        facts={"request_ref": event.request_ref, "event": event.event_id},
    )
    return receive(session, account, payment, first=purpose.invoice_id)


def _undone(session: Session, event: ProviderEvent) -> PaymentBooking:
    """A refund that failed or a dispute that was won: a person says what becomes of the money, if it was given back."""
    original = payments.find_payment(session, event.provider, event.payment_ref, event.request_ref)
    if original is None or not payments.is_given_back(session, original.id, event.undoes):
        return PaymentBooking("noted", None, original.account_id if original else None)
    return PaymentBooking(UNDONE[event.kind], None, original.account_id)


def _given_back(session: Session, event: ProviderEvent) -> PaymentBooking:
    """A refund or chargeback at the provider takes its payment back from the invoices it settled."""
    original = payments.find_payment(session, event.provider, event.payment_ref, event.request_ref)
    if original is None:
        raise UnavailableError("the payment that is given back is not known yet", hint="send the event again later")
    account = locked_account(session, original.account_id, event.occurred_at.date())
    original = stored_payment(session, original.id)  # again, now that nobody else moves its money
    if event.currency != original.currency:
        return PaymentBooking(
            f"wrong currency: {event.currency} for a payment in {original.currency}", None, account.account_id
        )
    if payments.is_undone(session, event.provider, event.event_id):
        return PaymentBooking("noted", None, account.account_id)  # that it failed, or was won, came before
    if event.amount > payments.refundable(session, original.id):
        return PaymentBooking("more is given back than is left of the payment", None, account.account_id)
    own_name = event.payment_ref and event.payment_ref != original.provider_ref
    reversal = NewPayment(
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
    return reverse(session, account, original, reversal)
