"""The first administrator of an installation, who comes in by a one-time link; there is no default password."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from cloud_service.store.audit.log import AuditChange, record
from cloud_service.store.database.session import Session
from cloud_service.store.identity import administrator_links as links
from cloud_service.store.identity.tables import User
from cloud_service.store.identity.users import add_user
from common.errors import ConflictError, ForbiddenError, InputError

BY_LINK = "first link"


@dataclass(frozen=True, slots=True)
class NewAdministrator:
    """What somebody typed on the page of the link."""

    token: str
    name: str
    email: str
    password: str
    password_again: str


def offer_link(session: Session, now: datetime, *, actor: str) -> str:
    """The token of a new link, stored nowhere; links from before are worth nothing. There must be no administrator."""
    if links.has_administrator(session):
        raise ConflictError(
            "there is an administrator already", hint="for others: `energy-cloud user add`, or the page Users"
        )
    token = secrets.token_urlsafe(24)
    links.keep_link(session, token, now)
    record(
        session,
        [AuditChange(actor, "user.first_link", "app_user", {}, {"expires_at": (now + links.LIFETIME).isoformat()})],
    )
    return token


def make_administrator(session: Session, entry: NewAdministrator, now: datetime) -> User:
    """The person, where the link is good; it is used up then and only then."""
    if entry.password != entry.password_again:
        raise InputError("the two passwords are not the same", path="password_again")
    if not entry.name.strip():
        raise InputError("a name is needed", path="name")
    if links.has_administrator(session) or not links.use_link(session, entry.token.strip(), now):
        raise ForbiddenError(
            "this code is used, older than a day or not of this installation",
            path="code",
            hint="`energy-cloud user first` prints a new link",
        )
    return add_user(
        session, email=entry.email, name=entry.name, role="admin", password=entry.password, actor=BY_LINK
    )  # fmt: skip
