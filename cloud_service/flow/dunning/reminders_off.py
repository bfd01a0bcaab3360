"""An account that is not reminded until a day: its client is in talks, moved away, or has died."""

from datetime import date

from cloud_service.store.audit import log
from cloud_service.store.customers import resting_accounts
from cloud_service.store.database.session import Session


def set_reminders_off(session: Session, account_id: int, until: date | None, *, author: str, reason: str = "") -> bool:
    """No reminders before that day, or again from now on without one; whether that was a change.

    Interest goes on: it is owed whether somebody is reminded or not.
    """
    before = resting_accounts.rests_until(session, account_id)
    resting_accounts.rest_until(session, account_id, until)
    changed = log.note_change(
        session,
        log.AuditChange(
            author, "account.no_reminders", f"account:{account_id}", {"until": before and before.isoformat()},
            {"until": until and until.isoformat()}, reason,
        ),
    )  # fmt: skip
    return bool(changed)
