"""The mail relay that is set here, and the letters that wait for one."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.job_queue import defer_all
from cloud_service.store.scope import Scope

RELAY = text("SELECT host, port, security, username, sealed_password, sender FROM mail_relay")
SET = text(
    """
    INSERT INTO mail_relay (id, host, port, security, username, sealed_password, sender)
    VALUES (1, :host, :port, :security, :username, :sealed_password, :sender)
    ON CONFLICT (id) DO UPDATE
       SET host = excluded.host, port = excluded.port, security = excluded.security, username = excluded.username,
           sealed_password = excluded.sealed_password, sender = excluded.sender, changed_at = now()
    """
)
FORGET = text("DELETE FROM mail_relay")
IDS = text("SELECT id FROM delivery WHERE state = 'waiting' ORDER BY id")
WAITING = text(
    """
    SELECT count(*) AS letters, count(*) FILTER (WHERE d.attempts > 0) AS refused,
           coalesce((array_agg(d.error ORDER BY d.id DESC) FILTER (WHERE d.error <> ''))[1], '') AS error
      FROM delivery d
      LEFT JOIN account a ON a.id = d.account_id
      LEFT JOIN invoice i ON i.id = d.invoice_id
      LEFT JOIN account ia ON ia.id = i.account_id
      LEFT JOIN client c ON c.id = coalesce(a.client_id, ia.client_id)
     WHERE d.state = 'waiting'
       AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
       AND (cast(:clients AS bigint[]) IS NULL OR c.id = ANY(:clients))
    """
)
JOB_LETTERS = 100


@dataclass(frozen=True, slots=True)
class StoredRelay:
    """What is stored of a relay; the password sealed by a key that lies elsewhere."""

    host: str
    port: int
    security: str  # none, starttls, tls
    username: str
    sealed_password: str
    sender: str


@dataclass(frozen=True, slots=True)
class WaitingLetters:
    """How many letters wait, how many of them a relay did not take yet, and what the newest of these was told."""

    letters: int
    refused: int
    error: str


def relay(session: Session) -> StoredRelay | None:
    """The relay that is set here; None where none is."""
    row = session.execute(RELAY).mappings().one_or_none()
    return StoredRelay(**row) if row else None


def set_relay(session: Session, stored: StoredRelay) -> None:
    """Set it, in place of the one before."""
    session.execute(SET, asdict(stored))


def forget_relay(session: Session) -> None:
    """From now on there is none; letters wait."""
    session.execute(FORGET)


def waiting(session: Session, scope: Scope) -> WaitingLetters:
    """The letters that wait, of those the reader may know of."""
    names = {
        "entities": None if scope.entities is None else list(scope.entities),
        "clients": None if scope.clients is None else list(scope.clients),
    }
    return WaitingLetters(**session.execute(WAITING, names).mappings().one())


def queue_waiting(session: Session) -> int:
    """Jobs that send all letters that wait, now; their number. A letter that is queued twice is sent once."""
    ids = list(session.execute(IDS).scalars())
    defer_all(session, "deliver", ({"deliveries": page} for page in _pages(ids)), queue="deliver")
    return len(ids)


def _pages(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), JOB_LETTERS):
        yield ids[start : start + JOB_LETTERS]
