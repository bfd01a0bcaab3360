"""Work on many at once; what raises, whatever it raises, is put aside alone and keeps no other back."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.errors import REFUSALS, is_away

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
IMMEDIATE, DEFERRED = text("SET CONSTRAINTS ALL IMMEDIATE"), text("SET CONSTRAINTS ALL DEFERRED")
log = logging.getLogger("energy.put_aside")


def check_now(session: Session) -> None:
    """Let the database check now what it would check at the commit, when it is too late to put one aside."""
    session.flush()
    session.execute(IMMEDIATE)
    session.execute(DEFERRED)


def each_alone(
    session: Session,
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Sequence[Outcome]],
    put_aside: Callable[[Item, Exception], Sequence[Outcome]],
) -> list[Outcome]:
    """The outcomes of `work`, in a savepoint: of all at once, or of halves where something is raised.

    What raises alone is handed to `put_aside` with its error. A database that is away is nobody's fault and is raised.
    """
    if not items:
        return []
    try:
        with session.begin_nested():
            outcomes = list(work(items))
            check_now(session)
            return outcomes
    except Exception as error:
        if is_away(error):
            raise
        if len(items) > 1:
            middle = len(items) // 2
            halves = (items[:middle], items[middle:])
            return [outcome for half in halves for outcome in each_alone(session, half, work, put_aside)]
        if not isinstance(error, REFUSALS):
            log.exception("put aside: %s", items[0])
        return list(put_aside(items[0], error))
