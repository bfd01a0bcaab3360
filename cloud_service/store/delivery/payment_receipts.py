"""The letters of receipts: at most one for a payment, however often it is asked for."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database import job_queue
from cloud_service.store.delivery import outgoing

OPEN = text("INSERT INTO payment_receipt (payment_id) VALUES (:payment) ON CONFLICT (payment_id) DO NOTHING")
LOCKED = text(
    """
    SELECT coalesce(d.recipient, '') AS recipient
      FROM payment_receipt r
      LEFT JOIN delivery d ON d.id = r.delivery_id
     WHERE r.payment_id = :payment
       FOR UPDATE OF r
    """
)
MAILED = text("UPDATE payment_receipt SET delivery_id = :delivery WHERE payment_id = :payment")
WANTED = text(
    """
    SELECT p.id AS payment_id, p.public_id AS payment_public_id, a.id AS account_id, c.email AS recipient,
           c.name AS client, e.name AS seller, e.email AS sender,
           e.mails_receipts AND a.delivery = 'email' AND c.email ~ '^[^[:space:]@]+@[^[:space:]@]+$' AS is_wanted
      FROM payment p
      JOIN account a ON a.id = p.account_id
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
     WHERE p.id = :payment
    """
)


@dataclass(frozen=True, slots=True)
class ReceiptLetter:
    """To whom the receipt of a payment goes; `is_wanted` where it goes by itself."""

    payment_id: int
    payment_public_id: UUID
    account_id: int
    recipient: str
    client: str
    seller: str
    sender: str
    is_wanted: bool


def letter_of(session: Session, payment_id: int) -> ReceiptLetter:
    """The letter of a payment's receipt."""
    return ReceiptLetter(**session.execute(WANTED, {"payment": payment_id}).mappings().one())


def mailed_to(session: Session, payment_id: int) -> str:
    """To whom the receipt was mailed, empty if to nobody; it is locked until the transaction ends."""
    session.execute(OPEN, {"payment": payment_id})
    return str(session.execute(LOCKED, {"payment": payment_id}).one().recipient)


def queue(session: Session, letter: ReceiptLetter) -> None:
    """Let the receipt be mailed, once for a payment."""
    if mailed_to(session, letter.payment_id):
        return
    content: dict[str, Any] = {
        "payment": letter.payment_id, "sender_name": letter.seller, "reply_to": letter.sender,
        "recipient_name": letter.client,
    }  # fmt: skip
    domain = letter.sender.rpartition("@")[2] or "localhost"
    ids = outgoing.queue_message(
        session, account_id=letter.account_id, kind="receipt", recipient=letter.recipient,
        message_id=f"<receipt-{letter.payment_public_id}@{domain}>", content=content,
    )  # fmt: skip
    for delivery_id in ids:
        session.execute(MAILED, {"payment": letter.payment_id, "delivery": delivery_id})
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}] if ids else [], queue="deliver")
