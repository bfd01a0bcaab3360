"""Who may enter: people with hashed passwords, what they were granted, their server-side sessions and saved views.

Passwords are argon2id hashes, session tokens are stored as SHA-256 only, and each change of rights leaves an audit row.
A grant is a role within a scope: staff of all or of one legal entity, or the client whose portal it opens.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from cloud_service.store.auditing import Change, record
from cloud_service.store.parties import Client
from cloud_service.store.schema import CreatedAt, Id, PublicId, Table
from common.errors import ConflictError, InputError, NotFoundError

ROLES = ("admin", "billing", "support", "auditor", "client")
PASSWORD_MIN = 12
TOKEN_MARK = "s1."  # noqa: S105 - tells a session token from a signed cookie


class User(Table):
    """A person who signs in. The columns of the second factor are those Flask-Security works with."""

    __tablename__ = "app_user"
    __table_args__ = (Index("uq_app_user_email", text("lower(email)"), unique=True),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    email: Mapped[str]
    name: Mapped[str]
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    locale: Mapped[str] = mapped_column(server_default="en")
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(JSONB)
    failed_count: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]

    grants: Mapped[list["Grant"]] = relationship(order_by="Grant.id", lazy="selectin")


class Grant(Table):
    """A role a person has, and within which entity or for which client."""

    __tablename__ = "user_grant"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "legal_entity_id", "client_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("role in ('admin','billing','support','auditor','client')", name="role"),
        CheckConstraint("(role = 'client') = (client_id is not null)", name="client"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    role: Mapped[str]
    legal_entity_id: Mapped[int | None] = mapped_column(ForeignKey("legal_entity.id"))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))


class WebSession(Table):
    """A signed-in browser; deleting the row signs it out at once."""

    __tablename__ = "web_session"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), index=True)
    data: Mapped[str]
    address: Mapped[str] = mapped_column(server_default="")
    browser: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]
    seen_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]


class SavedView(Table):
    """A filtered list a person keeps as a tab."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    page: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data a query may touch: `None` means all, an empty set nothing."""

    entities: frozenset[int] | None = None
    clients: frozenset[int] | None = None


def hash_password(password: str) -> str:
    """The argon2id hash to store; a short password is refused."""
    from argon2 import PasswordHasher  # 100 ms to import, needed here only

    if len(password) < PASSWORD_MIN:
        raise InputError(
            f"the password has {len(password)} characters, at least {PASSWORD_MIN} are needed",
            path="password",
            hint="three or four unrelated words make a good one",
        )
    return PasswordHasher().hash(password)


def add_user(
    session: Session,
    *,
    email: str,
    name: str,
    role: str,
    password: str | None = None,
    entity_id: int | None = None,
    client_id: int | None = None,
    actor: str,
) -> User:
    """A new person with one grant; without a password they can only come in by a one-time link."""
    email = email.strip()
    if "@" not in email or role not in ROLES:
        raise InputError(
            f"{email!r} as {role!r} is no sign-in", path="email", hint=f"an e-mail address; roles: {', '.join(ROLES)}"
        )
    if (role == "client") != (client_id is not None):
        raise InputError("the role client belongs to a client, the other roles to none", path="client")
    if session.scalar(select(User.id).where(func.lower(User.email) == email.lower())):
        raise ConflictError(f"{email} can already sign in", hint="change their role on the page Users")
    user = User(
        email=email,
        name=name.strip() or email,
        password=hash_password(password) if password else None,
        fs_uniquifier=secrets.token_hex(32),
        grants=[Grant(role=role, legal_entity_id=entity_id, client_id=client_id)],
    )
    session.add(user)
    session.flush()
    note(session, actor, "user.add", user, after={"email": email, "role": role})
    return user


def set_password(session: Session, user: User, password: str, *, actor: str) -> None:
    """A new password; every browser of that person is signed out."""
    user.password = hash_password(password)
    note(session, actor, "user.password", user)
    sign_out_everywhere(session, user)


def set_active(session: Session, user: User, *, active: bool, actor: str) -> None:
    """Let a person in or keep them out from now on."""
    note(session, actor, "user.active", user, before={"active": user.active}, after={"active": active})
    user.active = active
    user.failed_count, user.locked_until = 0, None
    if not active:
        sign_out_everywhere(session, user)


def set_role(session: Session, user: User, role: str, *, actor: str) -> None:
    """Another role for a member of staff, in the entities they had."""
    if role not in ROLES or role == "client" or any(grant.client_id for grant in user.grants):
        raise InputError(f"the role cannot become {role!r}", path="role", hint="staff roles only")
    note(session, actor, "user.role", user, before={"roles": [g.role for g in user.grants]}, after={"roles": [role]})
    for grant in user.grants:
        grant.role = role
    sign_out_everywhere(session, user)


def sign_out_everywhere(session: Session, user: User) -> None:
    """End all sessions, and make every remaining link and cookie of the person worthless."""
    session.execute(delete(WebSession).where(WebSession.user_id == user.id))
    user.fs_uniquifier = secrets.token_hex(32)


def note(
    session: Session,
    actor: str,
    action: str,
    user: User,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Leave a change of rights in the audit log."""
    session.flush()
    record(session, [Change(actor, action, f"app_user:{user.id}", before or {}, after or {})])


def users(session: Session) -> list[User]:
    """Everybody who may sign in, staff first."""
    rows = session.scalars(select(User).order_by(User.name))
    return sorted(rows, key=lambda user: any(grant.client_id for grant in user.grants))


def user_by_public_id(session: Session, public_id: UUID) -> User:
    """The person with that id in addresses."""
    found = session.scalar(select(User).where(User.public_id == public_id))
    if found is None:
        raise NotFoundError("there is no such user")
    return found


def user_by_email(session: Session, email: str) -> User | None:
    """The person with that address, whatever its case."""
    return session.scalar(select(User).where(func.lower(User.email) == email.strip().lower()))


def client_by_number(session: Session, number: str) -> int:
    """The id of the client with that number."""
    found = session.scalars(select(Client.id).where(Client.number == number)).all()
    if len(found) != 1:
        raise NotFoundError(f"{'no' if not found else 'more than one'} client has the number {number}", path="client")
    return found[0]


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


def views_of(session: Session, user_id: int, page: str) -> list[SavedView]:
    """The saved tabs of a person on a page."""
    return list(
        session.scalars(
            select(SavedView).where(SavedView.user_id == user_id, SavedView.page == page).order_by(SavedView.id)
        )
    )


def save_view(session: Session, user_id: int, page: str, name: str, query: str) -> None:
    """Keep a filter as a tab; the same name again replaces it."""
    forget_view(session, user_id, page, name)
    session.add(SavedView(user_id=user_id, page=page, name=name, query=query))


def forget_view(session: Session, user_id: int, page: str, name: str) -> None:
    """Drop a saved tab."""
    session.execute(
        delete(SavedView).where(SavedView.user_id == user_id, SavedView.page == page, SavedView.name == name)
    )
