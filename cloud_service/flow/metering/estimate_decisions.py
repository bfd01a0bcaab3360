"""Estimates that were kept: a person stands for them, or takes one back whole. Their values stay as evidence."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.metering import dirty_days, imported_files, meter_data_files, readings
from cloud_service.store.metering.estimation import estimates
from cloud_service.store.metering.estimation.estimates import StoredEstimate
from cloud_service.store.metering.readings import ReadingColumns
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError, NotFoundError
from common.reading import Quality

BILLS_NAMED = 5


def confirm(session: Session, ids: Sequence[int], *, author: str, reason: str, now: datetime) -> int:
    """A person stands for estimates that a run has made; how many waited for it."""
    confirmed = estimates.confirm(session, ids, author, now)
    for estimate_id in confirmed:
        log.note(session, author, "reading.confirm_estimate", f"import_file:{estimate_id}", reason=reason)
    return len(confirmed)


def withdraw(
    session: Session, estimate_id: int, *, author: str, reason: str, now: datetime, scope: Scope,
    although_billed: bool = False,
) -> StoredEstimate:  # fmt: skip
    """Take an estimate back: its values do not count any more, and its days are made anew."""
    if not reason.strip():
        raise InputError("say why the estimate is withdrawn", path="reason")
    meter_data_files.lock_imports(session)
    estimate = estimates.estimate(session, scope, estimate_id)
    if estimate is None:
        raise NotFoundError(f"there is no estimate {estimate_id}")
    if estimate.undone_at is not None:
        raise ConflictError(f"estimate {estimate_id} was withdrawn already")
    bills = imported_files.billed_since(session, estimate_id)
    if bills and not although_billed:
        numbers = ", ".join(bill.number for bill in bills[:BILLS_NAMED]) + (" …" if len(bills) > BILLS_NAMED else "")
        raise ConflictError(
            f"bills rest on it: {numbers}", code="billed", hint="they stay; say that it is right all the same"
        )
    dirty_days.add_dirty(session, imported_files.days_of_file(session, estimate_id))
    _take_back_by_hand(session, estimate, author, reason)
    imported_files.mark_undone(session, estimate_id, author, reason, now)
    log.note(session, author, "reading.withdraw_estimate", f"import_file:{estimate_id}", reason=reason)
    return estimate


def _take_back_by_hand(session: Session, estimate: StoredEstimate, author: str, reason: str) -> None:
    """What an estimate had as an entry by hand is taken back by hand."""
    points = estimates.under_note(session, estimate.id)
    if points:
        note, size = readings.add_note(session, author, reason), len(points)
        rows = ReadingColumns(
            register_id=np.full(size, estimate.register_id, dtype=np.int64),
            at_ms=np.array([at_ms for at_ms, _step_s in points], dtype=np.int64),
            value=np.zeros(size, dtype=np.int64),
            quality=np.full(size, Quality.MISSING, dtype=np.int16),
            time_quality=np.zeros(size, dtype=np.int16),
            source=np.zeros(size, dtype=np.int64),
            sequence=np.full(size, note, dtype=np.int64),
            step_s=np.array([step_s for _at_ms, step_s in points], dtype=np.int32),
        )
        readings.insert(session, rows)
        dirty_days.mark_dirty(session, rows, {estimate.register_id: estimate.timezone})
