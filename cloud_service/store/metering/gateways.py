"""Gateways as people register them: a name at a site, the hash of a password, an end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import NotFoundError

ADD = text(
    """
    INSERT INTO gateway (name, site_id, password_hash, password_at)
    VALUES (:name, :site, :password_hash, :at)
    RETURNING id
    """
)
LOCKED = text(
    """
    SELECT g.id, g.name, g.state, s.name AS site
      FROM gateway g
      JOIN site s ON s.id = g.site_id
     WHERE g.id = :id
       FOR UPDATE OF g
    """
)
SET_PASSWORD = text("UPDATE gateway SET password_hash = :password_hash, password_at = :at WHERE id = :id")
REVOKE = text("UPDATE gateway SET state = 'revoked', revoked_at = :at, password_hash = '' WHERE id = :id")
ACCESS = text("SELECT name, state, password_hash FROM gateway ORDER BY name")


@dataclass(frozen=True, slots=True)
class RegisteredGateway:
    """A gateway with its row locked."""

    id: int
    name: str
    state: str
    site: str


@dataclass(frozen=True, slots=True)
class BrokerUsers:
    """Whom a broker should let in, with the hash of their passwords, and whom no longer."""

    hashes: dict[str, str]
    revoked: frozenset[str]


def add(session: Session, *, name: str, site_id: int, password_hash: str, at: datetime) -> int:
    """A new gateway; its id. The database refuses a name that is taken."""
    values = {"name": name, "site": site_id, "password_hash": password_hash, "at": at}
    return int(session.execute(ADD, values).scalar_one())


def locked(session: Session, gateway_id: int) -> RegisteredGateway:
    """A gateway, its row locked until the transaction ends."""
    row = session.execute(LOCKED, {"id": gateway_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no gateway {gateway_id}")
    return RegisteredGateway(**row)


def set_password(session: Session, gateway_id: int, password_hash: str, at: datetime) -> None:
    """The hash of a new password; the one before is worth nothing any more."""
    session.execute(SET_PASSWORD, {"id": gateway_id, "password_hash": password_hash, "at": at})


def revoke(session: Session, gateway_id: int, at: datetime) -> None:
    """From now on nobody listens to it; what it sent before stays."""
    session.execute(REVOKE, {"id": gateway_id, "at": at})


def broker_users(session: Session) -> BrokerUsers:
    """All gateways as a broker has to know them."""
    rows = session.execute(ACCESS).all()
    return BrokerUsers(
        hashes={row.name: row.password_hash for row in rows if row.password_hash and row.state != "revoked"},
        revoked=frozenset(row.name for row in rows if row.state == "revoked"),
    )
