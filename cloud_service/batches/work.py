"""Batches at work: rows checked by doing them and taking it back, then done, each in a savepoint of its own.

What became of a row is written in the transaction that did it: a worker may die or run twice without harm.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from cloud_service.batches.action import BatchAction, BatchOrder
from cloud_service.batches.actions import ACTIONS
from cloud_service.store.audit import log
from cloud_service.store.batches import batches
from cloud_service.store.batches.batches import StoredBatch, StoredItem
from cloud_service.store.database import job_queue
from cloud_service.store.database.each_alone import check_now
from cloud_service.store.database.errors import REFUSALS, is_away, reason_of
from cloud_service.store.database.session import Session
from common.errors import ConflictError, EnergyError

logger = logging.getLogger("energy.batches")
AT_ONCE = 25  # rows checked in one transaction; done is each in one of its own, for it locks accounts and numbers
TASK = "work_batch"
STEPS = {"checking": "chosen", "running": "ready"}  # state of the batch -> of the rows that wait
NEXT = {"checking": "checked", "running": "done"}


def start(session: Session, batch_id: int) -> None:
    """Queue the job; a second one waits for the first."""
    name = f"{TASK}:{batch_id}"
    job_queue.defer(session, TASK, {"batch": batch_id}, queue="batches", lock=name, only_one=name)


def work(session: Session, batch_id: int, now: datetime, most: int = AT_ONCE) -> int:
    """Check or do the next rows; how many are left to come back for, 0 when there are none."""
    batch = batches.of_id(session, batch_id)
    if batch.state not in STEPS:
        return 0
    rows = batches.take(session, batch.id, STEPS[batch.state], most if batch.state == "checking" else 1)
    for row in rows:
        batches.keep(session, _outcome(session, batch, row, now))
    if not rows and not _left(session, batch):
        batches.change_state(session, batch.id, batch.state, NEXT[batch.state], now)
    return len(rows)


def _left(session: Session, batch: StoredBatch) -> int:
    counted = batches.counts(session, batch.id)
    return counted.chosen if batch.state == "checking" else counted.ready


def _outcome(session: Session, batch: StoredBatch, row: StoredItem, now: datetime) -> StoredItem:
    """The row with what became of it."""
    order = BatchOrder(batch.values, batch.author, batch.asked_on, now)
    action = ACTIONS.get(batch.action)
    outcome = tried(session, action, row.row_id, order, trial=batch.state == "checking") if action else UNKNOWN
    return replace(
        row, state=outcome.state, before=outcome.before, after=outcome.after, reason=outcome.reason, hint=outcome.hint
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row: ready or done with what changes, or refused with the reason and what to do."""

    state: str
    before: str = ""
    after: str = ""
    reason: str = ""
    hint: str = ""


UNKNOWN = RowOutcome("refused", reason="this version does not know the action", hint="choose the rows again")


def tried(session: Session, action: BatchAction, row_id: int, order: BatchOrder, *, trial: bool) -> RowOutcome:
    """Do it to one row in a savepoint; a trial is taken back. A database that is away is no refusal."""
    try:
        with session.begin_nested() as attempt:
            change = action.do(session, row_id, order)
            session.flush()
            check_now(session)
            if trial:
                attempt.rollback()
    except REFUSALS as error:
        if is_away(error):
            raise
        return _refused(error)
    except Exception:
        logger.exception("%s failed for row %s", action.key, row_id)
        return RowOutcome("refused", reason="something went wrong here; it stands in the log", hint="the others go on")
    return RowOutcome("ready" if trial else "done", change.before, change.after)


def _refused(error: BaseException) -> RowOutcome:
    if isinstance(error, EnergyError):
        return RowOutcome("refused", reason=error.message, hint=error.hint)
    return RowOutcome("refused", reason=reason_of(error, detail=False))


def let_run(session: Session, batch: StoredBatch, person: str, now: datetime, *, alone: bool = False) -> bool:
    """Do what was checked. An action that two must agree on waits for another person, unless there is none (`alone`).

    False where it runs already, or waits: pressing twice does nothing twice.
    """
    if ACTIONS[batch.action].approval and batch.author == person and not alone:
        batches.change_state(session, batch.id, "checked", "waiting", now)
        return False
    approved_by = person if ACTIONS[batch.action].approval else None
    if not any(
        batches.change_state(session, batch.id, before, "running", now, approved_by=approved_by)
        for before in ("waiting", "checked")
    ):
        return False
    counted = batches.counts(session, batch.id)
    log.note(
        session, person, "batch.run", f"batch:{batch.id}", reason=str(batch.values.get("reason", "")),
        what=batch.action, rows=counted.ready, asked_by=batch.author,
    )  # fmt: skip
    return True


def refuse_empty(session: Session, batch: StoredBatch) -> None:
    """Nothing to do is said, not done."""
    if not batches.counts(session, batch.id).ready:
        raise ConflictError("no row can be done", hint="see the reason at each row")
