"""Days of a meter are made again from its readings: marked here, made by the worker."""

from datetime import date

from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.metering import dirty_days
from cloud_service.store.metering.validation import register_faults
from common.errors import ConflictError, InputError

DAYS_MAX = 400


def validate_again(session: Session, meter_id: int, first: date, last: date, *, author: str, reason: str = "") -> int:
    """Mark the days of all registers, both ends included; of how many registers."""
    if not 0 <= (last - first).days < DAYS_MAX:
        raise InputError(f"{first} to {last} cannot be made again at once", path="until", hint=f"1 to {DAYS_MAX} days")
    count = dirty_days.mark_span(session, meter_id, first, last)
    register_faults.try_again(session, register_faults.registers_of(session, meter_id))
    if not count:
        raise ConflictError("the meter has no registers", hint="it gets some with its first readings")
    log.note(
        session, author, "meter.validate", f"meter:{meter_id}", reason=reason, first=first.isoformat(),
        last=last.isoformat(),
    )  # fmt: skip
    return count
