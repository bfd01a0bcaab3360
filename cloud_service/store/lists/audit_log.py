"""The audit log as people look through it."""

from datetime import date

from sqlalchemy import func, or_, select

from cloud_service.store.audit.tables import Audit
from cloud_service.store.lists.paging import Listing, ListQuery, contains


def audit(query: ListQuery) -> Listing:
    """The audit log, newest first. Filters: `from`, `to` (day in UTC, both included), `action`."""
    statement = select(
        Audit.id, Audit.at, Audit.actor, Audit.action, Audit.subject, Audit.before, Audit.after, Audit.reason
    )
    if query.text:
        pattern = contains(query.text)
        statement = statement.where(
            or_(
                Audit.actor.ilike(pattern),
                Audit.action.ilike(pattern),
                Audit.subject.ilike(pattern),
                Audit.reason.ilike(pattern),
            )
        )
    if first := query.value_of("from"):
        statement = statement.where(func.date(func.timezone("UTC", Audit.at)) >= date.fromisoformat(first))
    if last := query.value_of("to"):
        statement = statement.where(func.date(func.timezone("UTC", Audit.at)) <= date.fromisoformat(last))
    columns = {"at": Audit.at, "actor": Audit.actor, "action": Audit.action, "subject": Audit.subject}
    return Listing(statement, columns, ("at", True), Audit.id)
