"""What payment companies told of and nobody could book: open until a person says what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class OddEvent:
    """An event that is not booked: `outcome` says why; `account` and `client` are those it speaks of, if known."""

    id: int
    provider: str
    event_id: str
    kind: str
    outcome: str
    payment_ref: str
    occurred_at: datetime
    currency: str
    amount: Decimal | None
    account_id: int | None
    account: str
    account_public_id: UUID | None
    client: str


COLUMNS = """
    SELECT e.id, e.provider, e.event_id, e.kind, e.outcome, e.payment_ref, e.currency, e.amount,
           coalesce(e.occurred_at, e.created_at) AS occurred_at, e.account_id, coalesce(a.number, '') AS account,
           a.public_id AS account_public_id, coalesce(c.name, '') AS client
      FROM payment_event e
      LEFT JOIN account a ON a.id = e.account_id
      LEFT JOIN client c ON c.id = a.client_id
     WHERE e.settled_at IS NULL AND e.outcome NOT IN ('', 'booked', 'duplicate', 'noted')
       AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
"""
OPEN = text(f"{COLUMNS} ORDER BY e.id LIMIT :most")
ONE = text(f"{COLUMNS} AND e.id = :id FOR UPDATE OF e")
SETTLE = text(
    """
    UPDATE payment_event
       SET settled_at = :at, settled_by = :author, settled_as = :settled_as
     WHERE id = :id
    """
)


def odd_events(session: Session, scope: Scope, most: int = 200) -> Sequence[OddEvent]:
    """The open ones, the oldest first; what belongs to no account is for those who look after all companies."""
    rows = session.execute(OPEN, {"entities": _entities(scope), "most": most}).mappings()
    return [OddEvent(**row) for row in rows]


def odd_event(session: Session, scope: Scope, event_id: int) -> OddEvent:
    """An open one, locked until the transaction ends."""
    row = session.execute(ONE, {"entities": _entities(scope), "id": event_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError("there is no such event of a payment company, or it is settled")
    return OddEvent(**row)


def settle(session: Session, event_id: int, settled_as: str, author: str, at: datetime) -> None:
    """Close one with what became of it."""
    session.execute(SETTLE, {"id": event_id, "settled_as": settled_as, "author": author, "at": at})


def _entities(scope: Scope) -> list[int] | None:
    return None if scope.entities is None else list(scope.entities)
