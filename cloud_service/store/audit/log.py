"""Writing and proving the audit log: each row's hash covers the row before (made by a trigger)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session, SessionTransaction

from cloud_service.store.database import lock_order
from cloud_service.store.database.bulk_rows import copy_rows, json_value
from cloud_service.store.database.session import AUDIT_LAST

HELD_BACK, WAITING, SAVEPOINTS = "audit_held_back", "audit_waiting", "audit_savepoints"


@dataclass(frozen=True, slots=True)
class AuditChange:
    """Who did what to which row, from what to what and why."""

    actor: str
    action: str
    subject: str  # table:id
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str = ""


@contextmanager
def held_back(session: Session) -> Iterator[list[AuditChange]]:
    """What is recorded inside waits in a list, for the caller to record at the end: long work locks the chain shortly.

    What is taken back by a savepoint is the caller's to take off the list.
    """
    waiting: list[AuditChange] = []
    session.info[HELD_BACK] = waiting
    try:
        yield waiting
    finally:
        del session.info[HELD_BACK]


def record(session: Session, changes: Iterable[AuditChange]) -> None:
    """Append to the chain, which is locked from then to the end of the transaction.

    Sessions of the product's doors do it at the commit (`AUDIT_LAST`): who has the lock waits for no other.
    """
    waiting: list[AuditChange] | None = session.info.get(HELD_BACK)
    if waiting is None and session.info.get(AUDIT_LAST):
        session.get_transaction() or session.begin()  # whose end they share
        waiting = session.info.setdefault(WAITING, [])
    if waiting is not None:
        waiting.extend(changes)
    else:
        _append(session, changes)


@event.listens_for(Session, "before_commit")
def _append_waiting(session: Session) -> None:
    """What waits is written as the last of the transaction."""
    if session.info.get(WAITING) and not session.in_nested_transaction():
        session.flush()
        lock_order.take(session, lock_order.AUDIT)
        _append(session, session.info.pop(WAITING))


@event.listens_for(Session, "after_transaction_create")
def _note_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested and session.info.get(AUDIT_LAST):
        session.info.setdefault(SAVEPOINTS, {})[transaction] = len(session.info.get(WAITING, ()))


@event.listens_for(Session, "after_soft_rollback")
def _forget_rolled_back(session: Session, transaction: SessionTransaction) -> None:
    """What was recorded since a savepoint goes with it."""
    begun_at = session.info.get(SAVEPOINTS, {}).get(transaction)
    if begun_at is not None and session.info.get(WAITING):
        del session.info[WAITING][begun_at:]


@event.listens_for(Session, "after_transaction_end")
def _forget_ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(WAITING, None)
        session.info.pop(SAVEPOINTS, None)


def _append(session: Session, changes: Iterable[AuditChange]) -> None:
    copy_rows(
        session,
        "audit",
        ("actor", "action", "subject", "before", "after", "reason", "previous_hash", "hash"),
        (
            (c.actor, c.action, c.subject, json_value(dict(c.before)), json_value(dict(c.after)), c.reason, b"", b"")
            for c in changes
        ),
    )


def note(session: Session, actor: str, action: str, subject: str, *, reason: str = "", **after: Any) -> None:
    """One change that had no state before."""
    record(session, [AuditChange(actor, action, subject, {}, after, reason)])


def note_change(session: Session, change: AuditChange) -> list[str]:
    """One row with only what differs between the sides, none where nothing does; the names of what changed."""
    changed = [name for name in change.after if change.before[name] != change.after[name]]
    if changed:
        old, new = ({name: side[name] for name in changed} for side in (change.before, change.after))
        record(session, [replace(change, before=old, after=new)])
    return changed


BROKEN = text("""
SELECT id, at, action, subject, fault FROM (
  SELECT id, at, action, subject, CASE
    WHEN id <> coalesce(lag(id) OVER chain, 0) + 1 THEN 'rows are missing before it'
    WHEN previous_hash <> coalesce(lag(hash) OVER chain, ''::bytea) THEN 'it does not follow the row before'
    WHEN hash <> sha256(previous_hash || convert_to(jsonb_build_array(
         id, extract(epoch FROM at), actor, action, subject, before, after, reason)::text, 'UTF8'))
      THEN 'its content was changed'
    END AS fault
  FROM audit WINDOW chain AS (ORDER BY id)) checked
 WHERE fault IS NOT NULL ORDER BY id LIMIT 1
""")
END = text("SELECT count(*) AS rows, max(id) AS last FROM audit")
HEAD = text("SELECT hash FROM audit ORDER BY id DESC LIMIT 1")


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """How far the chain holds; `head` is the hash to keep elsewhere, so that cutting off the end is seen too."""

    rows: int
    head: str
    broken_id: int | None = None
    fault: str = ""
    subject: str = ""
    action: str = ""


def verify(session: Session) -> ChainVerdict:
    """Walk the whole chain; names the first link that does not hold."""
    rows = session.execute(END).one().rows
    head = session.execute(HEAD).scalar_one_or_none() or b""
    broken = session.execute(BROKEN).one_or_none()
    if broken is None:
        return ChainVerdict(rows, bytes(head).hex())
    return ChainVerdict(rows, bytes(head).hex(), broken.id, broken.fault, broken.subject, broken.action)


HAS_HASH = text("SELECT EXISTS (SELECT 1 FROM audit WHERE hash = decode(:hash, 'hex'))")
CHANGES = text("""
SELECT id, at, actor, action, subject, before, after, reason FROM audit
 WHERE :subject = '' OR subject = :subject ORDER BY id DESC LIMIT :limit OFFSET :offset
""")


def has_hash(session: Session, head: str) -> bool:
    """Whether a hash that was noted is still in the chain."""
    return bool(session.execute(HAS_HASH, {"hash": head}).scalar_one())


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One link of the chain, as people read it."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str  # table:id
    before: dict[str, Any]  # JSON of what changed, empty where there was nothing
    after: dict[str, Any]
    reason: str


def changes(session: Session, *, subject: str = "", limit: int = 50, offset: int = 0) -> list[AuditRow]:
    """The newest changes, of one subject or of all."""
    rows = session.execute(CHANGES, {"subject": subject, "limit": limit, "offset": offset}).mappings()
    return [AuditRow(**row) for row in rows]
