"""Accounts that get no reminders until a day."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import NotFoundError

GET = text("SELECT no_reminders_until AS until FROM account WHERE id = :id FOR UPDATE")
SET = text("UPDATE account SET no_reminders_until = :until WHERE id = :id")


def rests_until(session: Session, account_id: int) -> date | None:
    """Before which day it gets none; its row is locked until the transaction ends."""
    row = session.execute(GET, {"id": account_id}).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no account {account_id}")
    day: date | None = row.until
    return day


def rest_until(session: Session, account_id: int, until: date | None) -> None:
    """No reminders before that day."""
    session.execute(SET, {"id": account_id, "until": until})
