"""Signed-in browsers: tokens are stored as SHA-256 only."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cloud_service.store.identity.tables import User, WebSession

TOKEN_MARK = "s1."  # noqa: S105 - tells a session token from a signed cookie


def token_hash(token: str) -> bytes:
    """What is stored of a session's token."""
    return hashlib.sha256(token.encode()).digest()


def load_session(session: Session, token: str, now: datetime) -> WebSession | None:
    """The live session of a token; looked at, it is marked as seen at most once a minute."""
    row = session.scalar(
        select(WebSession).where(WebSession.token_hash == token_hash(token), WebSession.expires_at > now)
    )
    if row is not None and now - row.seen_at > timedelta(minutes=1):
        row.seen_at = now
    return row


def open_session(
    session: Session, uniquifier: str, data: str, now: datetime, *, lifetime: timedelta, address: str, browser: str
) -> str | None:
    """A new session for the person; returns its token, which is stored nowhere. None: there is no such person."""
    user = session.scalar(select(User).where(User.fs_uniquifier == uniquifier))
    if user is None:
        return None
    token = TOKEN_MARK + secrets.token_urlsafe(32)
    session.execute(delete(WebSession).where(WebSession.expires_at < now))
    session.add(
        WebSession(
            token_hash=token_hash(token),
            user_id=user.id,
            data=data,
            address=address,
            browser=browser[:200],
            expires_at=now + lifetime,
        )
    )
    user.signed_in_at, user.failed_count, user.locked_until = now, 0, None
    return token


def keep_session(session: Session, token: str, data: str) -> None:
    """Write what the session remembers."""
    row = session.scalar(select(WebSession).where(WebSession.token_hash == token_hash(token)))
    if row is not None:
        row.data = data


def close_session(session: Session, token: str) -> None:
    """Sign one browser out."""
    session.execute(delete(WebSession).where(WebSession.token_hash == token_hash(token)))


def sessions_of(session: Session, user: User) -> list[WebSession]:
    """The browsers a person is signed in with, last seen first."""
    return list(
        session.scalars(select(WebSession).where(WebSession.user_id == user.id).order_by(WebSession.seen_at.desc()))
    )
