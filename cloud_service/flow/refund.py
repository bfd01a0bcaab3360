"""Give money back through the provider it came by; booked when the provider tells of it, never twice."""

from dataclasses import dataclass
from decimal import Decimal

from cloud_service.domain.money import round_money
from cloud_service.payments import Provider
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import payments
from common.errors import ConflictError, InputError, NotFoundError


@dataclass(frozen=True, slots=True)
class RequestedRefund:
    """A refund that the provider has taken on."""

    ref: str
    amount: Decimal
    currency: str


def refund(
    session: Session, payment_id: int, amount: Decimal, provider: Provider, *, author: str, key: str
) -> RequestedRefund:
    """Ask the provider to give (a part of) a payment back. The same `key` again is the same refund.

    ConflictError for more than is left of it, here or at the provider.
    """
    payment = payments.payment(session, payment_id)
    if payment is None or payment.amount <= 0:
        raise NotFoundError(f"payment {payment_id} does not exist")
    if payment.provider != provider.name:
        raise ConflictError(f"the payment came by {payment.provider}", hint="record it with `account refund`")
    if amount <= 0 or amount != round_money(amount, payment.currency):
        raise InputError(f"{amount} is not an amount of {payment.currency} to give back", path="amount")
    left = payments.refundable(session, payment_id)
    if amount > left:
        left = round_money(left, payment.currency)
        raise ConflictError(f"{amount} is more than the {left} {payment.currency} left of the payment", path="amount")
    answer = provider.refund(
        payment.provider_ref, amount, payment.currency, idempotency_key=f"refund-{payment_id}-{key}"
    )
    log.note(
        session, author, "payment.refund_asked", f"payment:{payment_id}", amount=format(amount, "f"), ref=answer.ref
    )
    return RequestedRefund(answer.ref, answer.amount, answer.currency)
