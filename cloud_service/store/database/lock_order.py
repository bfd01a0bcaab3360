"""The one order in which a transaction takes locks: the bank's bookings, accounts by their ids, number series, audit.

Who keeps to it never waits in a ring. A transaction that asks for an earlier lock while it holds a later one is told of
in the log; in the tests it is a failure.
"""

import logging
from collections.abc import Callable, Iterable

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from cloud_service.store.database.session import AUDIT_LAST

BANK, ACCOUNT, NUMBERS, AUDIT = range(4)
NAMES = ("the bank's bookings", "accounts", "a number series", "the audit chain")
HELD, BEFORE = "locks_held", "locks_held_before"
Lock = tuple[int, int]  # which kind, and of what
log = logging.getLogger("energy.locks")
tell: Callable[[str], None] = log.error  # tests let it raise


def take(session: Session, kind: int, ids: Iterable[int] = (0,)) -> None:
    """Note that locks are about to be taken, in the order of ids; those that are held are free to take again."""
    if not session.info.get(AUDIT_LAST):
        return  # no session of the product's doors: its transaction is a whole test or a script of its own
    held: set[Lock] = session.info.setdefault(HELD, set())
    fresh = {(kind, id_) for id_ in ids} - held
    if fresh and held and min(fresh) < max(held):
        tell(f"{NAMES[kind]} {min(fresh)[1]} locked after {NAMES[max(held)[0]]} {max(held)[1]}")
    held |= fresh


@event.listens_for(Session, "after_transaction_create")
def _note_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested and session.info.get(AUDIT_LAST):
        session.info.setdefault(BEFORE, {})[transaction] = set(session.info.get(HELD, ()))


@event.listens_for(Session, "after_soft_rollback")
def _let_go_of_savepoint(session: Session, transaction: SessionTransaction) -> None:
    """PostgreSQL lets go of what was locked since a savepoint."""
    if transaction in session.info.get(BEFORE, {}):
        session.info[HELD] = session.info[BEFORE][transaction]


@event.listens_for(Session, "after_transaction_end")
def _let_go(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(HELD, None)
        session.info.pop(BEFORE, None)
