"""What has to be sent and what was made of it: deliveries taken one at a time, documents written once."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.job_queue import defer_all
from common.errors import NotFoundError

TAKE = text(
    """
    SELECT d.id, d.invoice_id, d.account_id, d.kind, d.recipient, d.message_id, d.state, d.attempts, d.facts
      FROM delivery d
     WHERE d.id = :id
       AND d.state IN ('waiting', 'failed')
       FOR UPDATE SKIP LOCKED
    """
)
FORGOTTEN = text("""
SELECT d.id FROM delivery d WHERE d.state = 'waiting' AND d.created_at < :before AND NOT EXISTS (
   SELECT 1 FROM procrastinate_jobs j WHERE j.task_name = 'deliver' AND j.status IN ('todo', 'doing')
      AND j.args->'deliveries' @> to_jsonb(d.id)) ORDER BY d.id LIMIT 1000
""")
SENT = text(
    """
    UPDATE delivery
       SET state = 'sent', attempts = attempts + 1, error = '', sent_at = :at
     WHERE id = :id
    """
)
NOT_SENT = text("UPDATE delivery SET state = :state, attempts = attempts + 1, error = :error WHERE id = :id")
WAITING = text("SELECT id FROM delivery WHERE state = 'waiting' ORDER BY id LIMIT :most")
DOCUMENT = text(
    """
    SELECT id, public_id, media_type, filename, sha256, body, checks
      FROM document
     WHERE invoice_id = :invoice
       AND kind = :kind
    """
)
WRITE = text(
    """
    INSERT INTO document (invoice_id, kind, media_type, filename, sha256, body, checks)
    VALUES (:invoice, :kind, :media_type, :filename, :sha256, :body, :checks)
    ON CONFLICT DO NOTHING
    """
)
MESSAGE = text(
    """
    INSERT INTO delivery (account_id, kind, recipient, message_id, facts)
    VALUES (:account, :kind, :recipient, :message_id, :facts)
    ON CONFLICT (message_id) DO NOTHING
    RETURNING id
    """
)
KEEP = text(
    """
    INSERT INTO document (kind, media_type, filename, sha256, body)
    VALUES (:kind, :media_type, :filename, :sha256, :body)
    RETURNING id
    """
)
KEPT = text("SELECT id, public_id, media_type, filename, sha256, body, checks FROM document WHERE id = :id")
THEME = text("SELECT theme FROM legal_entity WHERE id = :id")
SET_THEME = text("UPDATE legal_entity SET theme = :theme WHERE id = :id")
ENTITIES = text(
    """
    SELECT id, name
      FROM legal_entity
     WHERE cast(:name AS text) IS NULL
        OR name = :name
     ORDER BY id
    """
)
INVOICE_ID = text("SELECT id FROM invoice WHERE public_id = :public_id")


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message that waits to be sent; its row is locked until the transaction ends."""

    id: int
    invoice_id: int | None
    account_id: int | None
    kind: str
    recipient: str
    message_id: str
    state: str
    attempts: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A file that was made once; `sha256` is of `body`."""

    id: int
    public_id: UUID
    media_type: str
    filename: str
    sha256: bytes
    body: bytes
    checks: Sequence[Mapping[str, Any]] = ()  # of an e-invoice: the rules that took it, with version and hash


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file that was just made."""

    filename: str
    media_type: str
    body: bytes
    checks: Sequence[Mapping[str, Any]] = ()


def take_message(session: Session, delivery_id: int) -> WaitingMessage | None:
    """Lock a message to send it; None if it was sent, has bounced or is being sent by another worker."""
    row = session.execute(TAKE, {"id": delivery_id}).mappings().one_or_none()
    return WaitingMessage(**row) if row else None


def mark_sent(session: Session, delivery_id: int, at: datetime) -> None:
    """The relay has taken it."""
    session.execute(SENT, {"id": delivery_id, "at": at})


def mark_not_sent(session: Session, delivery_id: int, state: str, error: str) -> None:
    """It was not taken: `waiting` for another try, `bounced` or `failed` for good."""
    session.execute(NOT_SENT, {"id": delivery_id, "state": state, "error": error})


def waiting_ids(session: Session, most: int = 1000) -> list[int]:
    """Messages that wait, oldest first: what a worker takes up again after a crash."""
    return [row.id for row in session.execute(WAITING, {"most": most})]


def theme(session: Session, entity_id: int) -> dict[str, Any]:
    """The look of a legal entity's documents."""
    return dict(session.execute(THEME, {"id": entity_id}).scalar_one())


def set_theme(session: Session, entity_id: int, new_theme: dict[str, Any]) -> None:
    """Change it; what is printed already stays."""
    session.execute(SET_THEME, {"id": entity_id, "theme": Jsonb(new_theme)})


def entity_named(session: Session, name: str | None) -> int:
    """The legal entity of that name, or the only one there is."""
    entities = session.execute(ENTITIES, {"name": name}).all()
    if len(entities) != 1:
        names = ", ".join(row.name for row in entities)
        raise NotFoundError(f"{len(entities)} legal entities fit" + (f": {names}" if names else ""), path="--entity")
    return int(entities[0].id)


def invoice_id(session: Session, public_id: UUID) -> int | None:
    """The invoice behind a public id."""
    row_id: int | None = session.execute(INVOICE_ID, {"public_id": public_id}).scalar_one_or_none()
    return row_id


def document_once(session: Session, invoice_id: int, kind: str, make: Callable[[], NewDocument]) -> StoredDocument:
    """The document of that kind; `make` is called only if there is none.

    Two who ask at once both get what the first has written.
    """
    row = session.execute(DOCUMENT, {"invoice": invoice_id, "kind": kind}).mappings().one_or_none()
    if row is None:
        new = make()
        fields: dict[str, Any] = {"filename": new.filename, "media_type": new.media_type, "body": new.body}
        fields |= {"sha256": hashlib.sha256(new.body).digest(), "checks": Jsonb([dict(check) for check in new.checks])}
        session.execute(WRITE, {"invoice": invoice_id, "kind": kind, **fields})
        row = session.execute(DOCUMENT, {"invoice": invoice_id, "kind": kind}).mappings().one()
    return StoredDocument(**row)


def keep_document(session: Session, kind: str, filename: str, media_type: str, body: bytes) -> int:
    """Keep a document that is of no single invoice, as it is sent; its id."""
    fields = {"kind": kind, "filename": filename, "media_type": media_type, "body": body}
    return int(session.execute(KEEP, fields | {"sha256": hashlib.sha256(body).digest()}).scalar_one())


def stored_document(session: Session, document_id: int) -> StoredDocument:
    """The document of that id."""
    return StoredDocument(**session.execute(KEPT, {"id": document_id}).mappings().one())


def queue_message(
    session: Session, *, account_id: int | None, kind: str, recipient: str, message_id: str, content: dict[str, Any]
) -> list[int]:
    """A waiting message; nothing if that message id is known."""
    if not recipient:
        return []
    fields = {"account": account_id, "kind": kind, "recipient": recipient, "message_id": message_id}
    return list(session.execute(MESSAGE, fields | {"facts": Jsonb(content)}).scalars())


def queue_forgotten_deliveries(session: Session, before: datetime) -> int:
    """A job for each old waiting message that has none."""
    ids = [row.id for row in session.execute(FORGOTTEN, {"before": before})]
    defer_all(session, "deliver", [{"deliveries": [id_]} for id_ in ids], queue="deliver")
    return len(ids)
