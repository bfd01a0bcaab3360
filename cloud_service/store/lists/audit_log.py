"""The audit log as people look through it."""

from datetime import date

from sqlalchemy import func, or_, select

from cloud_service.store.audit.tables import Audit
from cloud_service.store.lists.paging import Listing, ListQuery, contains


def audit(wanted: ListQuery) -> Listing:
    """The audit log, newest first. Filters: `from`, `to` (day in UTC, both included), `action`."""
    query = select(
        Audit.id, Audit.at, Audit.actor, Audit.action, Audit.subject, Audit.before, Audit.after, Audit.reason
    )
    if wanted.text:
        pattern = contains(wanted.text)
        query = query.where(
            or_(
                Audit.actor.ilike(pattern),
                Audit.action.ilike(pattern),
                Audit.subject.ilike(pattern),
                Audit.reason.ilike(pattern),
            )
        )
    if first := wanted.one("from"):
        query = query.where(func.date(func.timezone("UTC", Audit.at)) >= date.fromisoformat(first))
    if last := wanted.one("to"):
        query = query.where(func.date(func.timezone("UTC", Audit.at)) <= date.fromisoformat(last))
    columns = {"at": Audit.at, "actor": Audit.actor, "action": Audit.action, "subject": Audit.subject}
    return Listing(query, columns, ("at", True), Audit.id)
