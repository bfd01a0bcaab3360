"""Who may enter: people with hashed passwords, what they were granted, their server-side sessions and saved views.

Passwords are argon2id hashes, session tokens are stored as SHA-256 only, and each change of rights leaves an audit row.
A grant is a role within a scope: staff of all or of one legal entity, or the client whose portal it opens.
"""

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cloud_service.store.audit.log import AuditChange, record
from cloud_service.store.identity.roles import CLIENT, ROLES, STAFF_ROLES
from cloud_service.store.identity.tables import Grant, User, WebSession
from common.errors import ConflictError, InputError, NotFoundError

PASSWORD_MIN = 12


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
    if (role == CLIENT) != (client_id is not None):
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


def set_active(session: Session, user: User, *, active: bool, actor: str) -> None:
    """Let a person in or keep them out from now on."""
    note(session, actor, "user.active", user, before={"active": user.active}, after={"active": active})
    user.active = active
    user.failed_count, user.locked_until = 0, None
    if not active:
        sign_out_everywhere(session, user)


def set_role(session: Session, user: User, role: str, *, actor: str) -> None:
    """Another role for a member of staff, in the entities they had."""
    if role not in STAFF_ROLES or any(grant.client_id for grant in user.grants):
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
    record(session, [AuditChange(actor, action, f"app_user:{user.id}", before or {}, after or {})])


def users(session: Session) -> list[User]:
    """Everybody who may sign in, staff first."""
    rows = session.scalars(select(User).order_by(User.name))
    return sorted(rows, key=lambda user: any(grant.client_id for grant in user.grants))


def user_by_public_id(session: Session, public_id: UUID) -> User:
    """The person with that id in addresses."""
    user = session.scalar(select(User).where(User.public_id == public_id))
    if user is None:
        raise NotFoundError("there is no such user")
    return user


def user_of_id(session: Session, user_id: int) -> User:
    """The person with that id of ours."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError("there is no such user")
    return user


def others_in_roles(session: Session, email: str, roles: Sequence[str]) -> int:
    """How many other people with one of the roles may sign in."""
    query = select(func.count(func.distinct(User.id))).join(Grant, Grant.user_id == User.id)
    query = query.where(User.active, Grant.role.in_(roles), func.lower(User.email) != email.lower())
    return int(session.scalar(query) or 0)


def user_by_email(session: Session, email: str) -> User | None:
    """The person with that address, whatever its case."""
    return session.scalar(select(User).where(func.lower(User.email) == email.strip().lower()))
