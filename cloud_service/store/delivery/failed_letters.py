"""Letters that were given up, and the same queued once more under a new Message-ID, or mailboxes would hide them."""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database import job_queue
from cloud_service.store.scope import Scope
from common.errors import NotFoundError

LETTER = text(
    """
    SELECT d.id, d.invoice_id, d.account_id, d.kind, d.state, d.message_id, coalesce(c.name, '') AS client,
           CASE WHEN d.account_id IS NULL THEN d.recipient ELSE c.email END AS recipient,
           d.kind = 'reminder' AND d.facts ? 'letter' AND NOT EXISTS (
             SELECT 1
               FROM jsonb_array_elements(d.facts->'letter'->'bills') bill
               JOIN invoice i ON i.public_id = (bill->>'public_id')::uuid
               JOIN invoice_balance b ON b.invoice_id = i.id
              WHERE b.outstanding > 0) AS is_settled
      FROM delivery d
      LEFT JOIN account a ON a.id = d.account_id
      LEFT JOIN client c ON c.id = a.client_id
     WHERE d.id = :id
       AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
       FOR UPDATE OF d
    """
)
AGAIN = text(
    """
    UPDATE delivery
       SET state = 'waiting', error = '', attempts = 0, recipient = :recipient, message_id = :message_id
     WHERE id = :id
    """
)


@dataclass(frozen=True, slots=True)
class FailedLetter:
    """A letter with where its client reads mail now; `is_settled`: all that a reminder asks for is paid."""

    id: int
    invoice_id: int | None
    account_id: int | None
    kind: str
    state: str
    message_id: str
    client: str
    recipient: str
    is_settled: bool


def letter_of(session: Session, delivery_id: int, scope: Scope) -> FailedLetter:
    """The letter, locked until the transaction ends; NotFoundError where it does not exist for this reader."""
    entities = None if scope.entities is None else list(scope.entities)
    row = session.execute(LETTER, {"id": delivery_id, "entities": entities}).mappings().one_or_none()
    if row is None:
        raise NotFoundError("there is no such letter")
    return FailedLetter(**row)


def queue(session: Session, letter: FailedLetter) -> None:
    """It waits to be sent to that address."""
    domain = letter.message_id.strip("<>").rpartition("@")[2] or "localhost"
    message_id = f"<{letter.kind}-{letter.id}-{uuid4().hex}@{domain}>"
    session.execute(AGAIN, {"id": letter.id, "recipient": letter.recipient, "message_id": message_id})
    job_queue.defer(session, "deliver", {"deliveries": [letter.id]}, queue="deliver")
