"""The billing calendar of an entity: whether runs are planned by themselves, when, and who lets them issue."""

from dataclasses import asdict
from decimal import Decimal

from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billing_calendar as stored
from common.errors import InputError

AFTER_DAYS_MAX, LAST_DAYS_MAX = 60, 120
APPROVALS = ("person", "itself")
INCOMPLETE = ("person", "estimate")
TIMES_MAX = Decimal(1000)


def set_calendar(
    session: Session, entity_id: int, calendar: stored.BillingCalendar, *, author: str, reason: str = ""
) -> list[str]:
    """Keep the calendar from now on; what was changed."""
    _check(calendar)
    _check_last_day(calendar)
    before = stored.calendar_of(session, entity_id)
    stored.set_calendar(session, entity_id, calendar)
    change = log.AuditChange(
        author, "entity.calendar", f"legal_entity:{entity_id}", _fields(before), _fields(calendar), reason
    )
    return log.note_change(session, change)


def _fields(calendar: stored.BillingCalendar) -> dict[str, object]:
    """The calendar as the audit log keeps it, in plain fields."""
    fields = asdict(calendar)
    limits = fields.pop("limits")
    return fields | {"outlier_times": limits["times"], "outlier_small": limits["small"]}


def _check(calendar: stored.BillingCalendar) -> None:
    if not 0 <= calendar.after_days <= AFTER_DAYS_MAX:
        raise InputError("a run follows its cycle within two months", path="after_days", hint=f"0 to {AFTER_DAYS_MAX}")
    if calendar.approval not in APPROVALS:
        raise InputError("runs are approved by a person or by themselves", path="approval", hint=", ".join(APPROVALS))
    if calendar.automatic and calendar.since is None:
        raise InputError(
            "from which day on?", path="since", hint="cycles that ended before it are left to runs by hand"
        )
    if not 1 < calendar.limits.times <= TIMES_MAX:
        raise InputError(
            "an amount is far from before at more than once it", path="outlier_times", hint="for example 2"
        )
    if calendar.limits.small < 0:
        raise InputError("a change that is not worth a look is not below zero", path="outlier_small")


def _check_last_day(calendar: stored.BillingCalendar) -> None:
    if calendar.incomplete not in INCOMPLETE:
        raise InputError(
            "what lacks readings waits for a person or is estimated", path="incomplete", hint=", ".join(INCOMPLETE)
        )
    if calendar.last_days is None and calendar.incomplete == "estimate":
        raise InputError("until which day is waited for readings?", path="last_days", hint="days after a cycle's end")
    if calendar.last_days is not None and not calendar.after_days <= calendar.last_days <= LAST_DAYS_MAX:
        raise InputError(
            "the last day is not before the first", path="last_days", hint=f"{calendar.after_days} to {LAST_DAYS_MAX}"
        )
