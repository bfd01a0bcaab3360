"""Meters whose days could not be made are tried again at once, by whom and when it was asked for."""

from uuid import UUID

from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.metering.validation import register_faults
from cloud_service.store.scope import Scope
from common.errors import NotFoundError


def try_days_again(session: Session, scope: Scope, meter: UUID | None, *, author: str) -> int:
    """Let the next validation try one meter, or all that were put aside; how many registers."""
    aside = register_faults.faults(session, scope.entities, meter=meter)
    if not aside:
        raise NotFoundError("no such meter is put aside", hint="its days may be made by now")
    register_faults.try_again(session, [fault.register_id for fault in aside])
    log.record(
        session,
        [log.AuditChange(author, "meter.try_again", f"register:{fault.register_id}", {"error": fault.error}, {})
         for fault in aside],
    )  # fmt: skip
    return len(aside)
