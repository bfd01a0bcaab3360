"""Accounts that are not reminded until a day; without a day reminders go on."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow.dunning.reminders_off import set_reminders_off
from cloud_service.store.customers.resting_accounts import rests_until
from cloud_service.store.database.session import Session
from common.errors import ConflictError, InputError


def rest(session: Session, account_id: int, order: BatchOrder) -> RowChange:
    """Interest goes on: it is owed whether somebody is reminded or not."""
    until = order.date("rest_until") if order.text("rest_until") else None
    if until is not None and until <= order.day:
        raise InputError(f"{until} is not after today", path="rest_until", hint="reminders begin again on that day")
    before = rests_until(session, account_id)
    if not set_reminders_off(session, account_id, until, author=order.author, reason=order.reason):
        raise ConflictError("it is reminded as ever" if until is None else f"it is not reminded before {until} already")
    return RowChange(str(before or ""), str(until or ""))


ACTION = BatchAction("account_rest", rest)
