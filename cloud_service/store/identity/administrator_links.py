"""The links by which the first administrator comes in: at most one is good at a time, for a day and once."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cloud_service.store.identity.tables import AdministratorLink, Grant, User
from cloud_service.store.identity.web_sessions import token_hash

LIFETIME = timedelta(hours=24)


def has_administrator(session: Session) -> bool:
    """Whether somebody may sign in who can let others in."""
    grants = select(Grant.id).join(User, User.id == Grant.user_id).where(Grant.role == "admin", User.active)
    return session.scalar(grants.limit(1)) is not None


def keep_link(session: Session, token: str, now: datetime) -> None:
    """A new link in place of all that were not used."""
    session.execute(delete(AdministratorLink).where(AdministratorLink.used_at.is_(None)))
    session.add(AdministratorLink(token_hash=token_hash(token), expires_at=now + LIFETIME))


def use_link(session: Session, token: str, now: datetime) -> bool:
    """Use a link up; whoever comes at the same moment waits, and then finds it used."""
    hashed = AdministratorLink.token_hash == token_hash(token)
    link = session.scalar(select(AdministratorLink).where(hashed).with_for_update())
    if link is None or link.used_at is not None or link.expires_at <= now:
        return False
    link.used_at = now
    return True
