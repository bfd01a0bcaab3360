"""Reminders that go by post: written once, printed together with the bills, marked with the day they were handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope

QUEUE = text(
    """
    INSERT INTO postal_letter (account_id, business_key, content) VALUES (:account, :key, :content)
    ON CONFLICT (business_key) DO NOTHING
    """
)
WAITING = text(
    """
    SELECT l.id, c.legal_entity_id AS entity_id, a.number AS account, a.public_id AS account_public_id,
           l.content->'letter'->'buyer'->>'name' AS name,
           coalesce(l.content->'letter'->'buyer'->>'address', '') AS address,
           (l.content->'letter'->>'day')::date AS day, l.content->>'step' AS step, l.content
      FROM postal_letter l
      JOIN account a ON a.id = l.account_id
      JOIN client c ON c.id = a.client_id
     WHERE l.posted_on IS NULL
       AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
     ORDER BY l.id
     LIMIT :most
    """
)
POSTED = text("UPDATE postal_letter SET posted_on = :day, posted_by = :author WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class LetterToPost:
    """A reminder that waits for the post."""

    id: int
    entity_id: int
    account: str
    account_public_id: str
    name: str
    address: str
    day: date
    step: str
    content: dict[str, Any]


def queue(session: Session, account_id: int, key: str, content: dict[str, Any]) -> None:
    """Let a letter wait to be printed; nothing if one of that key is known."""
    session.execute(QUEUE, {"account": account_id, "key": key, "content": Jsonb(content)})


def waiting(session: Session, scope: Scope, most: int = 10_000) -> list[LetterToPost]:
    """What is not posted yet, the oldest first."""
    entities = None if scope.entities is None else list(scope.entities)
    rows = session.execute(WAITING, {"entities": entities, "most": most}).mappings()
    return [LetterToPost(**row) for row in rows]


def mark_posted(session: Session, ids: Sequence[int], day: date, author: str) -> None:
    """They were handed in on that day."""
    session.execute(POSTED, {"ids": list(ids), "day": day, "author": author})
