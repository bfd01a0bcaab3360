"""A gateway is registered, gets another password, is revoked; each with its audit row, a password in none of them."""

from datetime import datetime

from cloud_service.broker.passwords import PasswordFolder, hash_of, new_password
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.metering import gateways
from cloud_service.store.metering.gateways import RegisteredGateway
from common.errors import ConflictError, InputError, at_field
from common.message import check_gateway_id

RESERVED = ("cloud",)  # the broker's user for the cloud itself


def register(
    session: Session, site_id: int, name: str, folder: PasswordFolder | None, *, at: datetime, author: str,
    reason: str = "",
) -> str:  # fmt: skip
    """A new gateway at a site; its password, which is nowhere to be read later.

    `folder` is the embedded broker's; another broker takes the hash (`gateway sync`).
    """
    with at_field("name"):
        check_gateway_id(name)
    if name.lower() in RESERVED:
        raise InputError(f"{name} is the broker's user for the cloud itself", path="name", hint="take another name")
    password = new_password()
    gateway_id = gateways.add(session, name=name, site_id=site_id, password_hash=hash_of(password), at=at)
    log.note(session, author, "gateway.add", f"gateway:{gateway_id}", reason=reason, name=name, site=site_id)
    if folder:
        folder.keep(name, password)
    return password


def renew_password(
    session: Session, gateway_id: int, folder: PasswordFolder | None, *, at: datetime, author: str, reason: str = ""
) -> str:
    """Another password in place of the one before."""
    gateway = _not_revoked(session, gateway_id)
    password = new_password()
    gateways.set_password(session, gateway.id, hash_of(password), at)
    log.note(session, author, "gateway.password", f"gateway:{gateway.id}", reason=reason, name=gateway.name)
    if folder:
        folder.keep(gateway.name, password)
    return password


def revoke(
    session: Session, gateway_id: int, folder: PasswordFolder | None, *, at: datetime, author: str, reason: str = ""
) -> None:
    """Listen to a gateway no more, for good: what it sent stays, what it sends is refused."""
    gateway = _not_revoked(session, gateway_id)
    gateways.revoke(session, gateway.id, at)
    log.note(session, author, "gateway.revoke", f"gateway:{gateway.id}", reason=reason, name=gateway.name)
    if folder:
        folder.forget(gateway.name)


def _not_revoked(session: Session, gateway_id: int) -> RegisteredGateway:
    gateway = gateways.locked(session, gateway_id)
    if gateway.state == "revoked":
        raise ConflictError(
            f"gateway {gateway.name} is revoked", path="name", hint="register the box anew, under another name"
        )
    return gateway
