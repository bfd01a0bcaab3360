"""The message of an invoice queued once more, under a new Message-ID, or mailboxes would hide it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database import job_queue
from common.errors import NotFoundError

RECIPIENT = text("""
SELECT i.id AS invoice_id, i.public_id, i.number, i.taken_over_on, i.account_id, i.kind, c.name AS client, c.email,
       coalesce(i.seller->>'email', '') AS sender
  FROM invoice i JOIN account a ON a.id = i.account_id JOIN client c ON c.id = a.client_id WHERE i.id = :id
""")
AGAIN = text("""
UPDATE delivery SET state = 'waiting', error = '', attempts = 0, message_id = :message_id
 WHERE id = (SELECT id FROM delivery WHERE invoice_id = :invoice AND kind = :kind AND recipient = :recipient
              ORDER BY id DESC LIMIT 1)
RETURNING id
""")
FIRST = text("""
INSERT INTO delivery (invoice_id, account_id, kind, recipient, message_id)
VALUES (:invoice, :account, :kind, :recipient, :message_id) RETURNING id
""")


@dataclass(frozen=True, slots=True)
class InvoiceRecipient:
    """An invoice and where its client reads mail now."""

    invoice_id: int
    public_id: UUID
    number: str
    taken_over_on: date | None
    account_id: int
    kind: str
    client: str
    email: str
    sender: str


def recipient_of(session: Session, invoice_id: int) -> InvoiceRecipient:
    """Whom an invoice goes to; NotFoundError where there is none."""
    row = session.execute(RECIPIENT, {"id": invoice_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError("there is no such bill")
    return InvoiceRecipient(**row)


def queue(session: Session, invoice: InvoiceRecipient) -> None:
    """The message waits to be sent, whatever became of an earlier one."""
    domain = invoice.sender.rpartition("@")[2] or "localhost"
    values = {
        "invoice": invoice.invoice_id, "account": invoice.account_id, "kind": invoice.kind, "recipient": invoice.email,
        "message_id": f"<invoice-{invoice.public_id}-{uuid4().hex}@{domain}>",
    }  # fmt: skip
    delivery = session.execute(AGAIN, values).scalar_one_or_none() or session.execute(FIRST, values).scalar_one()
    job_queue.defer(session, "deliver", {"deliveries": [delivery]}, queue="deliver")
