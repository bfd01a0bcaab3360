"""What a person does with an event of a payment company that was not booked: the money is booked, or nothing is."""

from datetime import date, datetime

from cloud_service.flow.collect.booking import PaymentBooking
from cloud_service.flow.collect.incoming import pay
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import odd_events
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError

OURS = ("paid", "refund_failed", "dispute_won")  # kinds of events whose money is with us


def book_odd_event(
    session: Session, event_id: int, account_id: int, *, day: date, author: str, at: datetime, scope: Scope
) -> PaymentBooking:
    """Book the money of an event as received for an account, once."""
    event = odd_events.odd_event(session, scope, event_id)
    if event.kind not in OURS or event.amount is None:
        raise ConflictError("no money came in by this event", hint="say why there is nothing to book")
    booking = pay(
        session, account_id, event.amount, provider=event.provider, reference=f"event:{event.event_id}", day=day,
        author=author, currency=event.currency,
    )  # fmt: skip
    _settle(session, event_id, f"booked as payment {booking.payment_id}", author, at)
    return booking


def set_odd_event_aside(
    session: Session, event_id: int, reason: str, *, author: str, at: datetime, scope: Scope
) -> None:
    """There is nothing to book for an event, for a reason."""
    odd_events.odd_event(session, scope, event_id)
    if not reason.strip():
        raise InputError("say why there is nothing to book", path="reason")
    _settle(session, event_id, reason.strip(), author, at)


def _settle(session: Session, event_id: int, settled_as: str, author: str, at: datetime) -> None:
    odd_events.settle(session, event_id, settled_as, author, at)
    log.note(session, author, "payment_event.settle", f"payment_event:{event_id}", settled_as=settled_as)
