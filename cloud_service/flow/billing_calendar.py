"""The billing calendar of an entity: whether runs are planned by themselves, when, and who lets them issue."""

from dataclasses import asdict

from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billing_calendar as stored
from common.errors import InputError

AFTER_DAYS_MAX = 60
APPROVALS = ("person", "itself")


def set_calendar(
    session: Session, entity_id: int, calendar: stored.BillingCalendar, *, author: str, reason: str = ""
) -> list[str]:
    """Keep the calendar from now on; what was changed."""
    if not 0 <= calendar.after_days <= AFTER_DAYS_MAX:
        raise InputError("a run follows its cycle within two months", path="after_days", hint=f"0 to {AFTER_DAYS_MAX}")
    if calendar.approval not in APPROVALS:
        raise InputError("runs are approved by a person or by themselves", path="approval", hint=", ".join(APPROVALS))
    if calendar.automatic and calendar.since is None:
        raise InputError(
            "from which day on?", path="since", hint="cycles that ended before it are left to runs by hand"
        )
    before = stored.calendar_of(session, entity_id)
    stored.set_calendar(session, entity_id, calendar)
    change = log.AuditChange(
        author, "entity.calendar", f"legal_entity:{entity_id}", asdict(before), asdict(calendar), reason
    )
    return log.note_change(session, change)
