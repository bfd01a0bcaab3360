"""Who takes our letters: the relay that the environment names, else the one set here; without one letters wait."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from cloud_service.mail import Letter, MailSettings, SmtpMailer
from cloud_service.mail.letter import address as mail_address
from cloud_service.store.audit.log import AuditChange, record
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import mail_relay
from cloud_service.store.delivery.mail_relay import StoredRelay
from common.errors import ConflictError, InputError

PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
TEST_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class RelayDetails:
    """A relay as a person types it. No port: the usual one. No password: the one that is kept, for the same host."""

    host: str
    sender: str
    security: str = "starttls"
    port: int | None = None
    username: str = ""
    password: str = ""


def relay_of(session: Session, environment_relay: MailSettings | None, secret_key: str) -> MailSettings | None:
    """The relay that letters go to: that of the environment, else the stored one; None where there is none."""
    if environment_relay is not None:
        return environment_relay
    stored = mail_relay.relay(session)
    return _opened(stored, secret_key) if stored else None


def has_relay(session: Session, environment_relay: MailSettings | None) -> bool:
    """Whether letters have somewhere to go."""
    return environment_relay is not None or mail_relay.relay(session) is not None


def mailer(session: Session, environment_relay: MailSettings | None, secret_key: str) -> SmtpMailer | None:
    """Somebody who takes letters to the relay; None where there is none."""
    relay = relay_of(session, environment_relay, secret_key)
    return SmtpMailer(relay) if relay else None


def set_relay(session: Session, details: RelayDetails, secret_key: str, *, author: str) -> int:
    """Keep a relay, its password sealed, and send what waits; how many letters go now."""
    relay = checked(session, details, secret_key)
    before = mail_relay.relay(session)
    sealed = _key(secret_key).encrypt(relay.password.encode()).decode() if relay.password else ""
    stored = StoredRelay(relay.host, relay.port, details.security, relay.username, sealed, relay.sender)
    mail_relay.set_relay(session, stored)
    count = mail_relay.queue_waiting(session)
    _note(session, author, before, stored)
    return count


def forget_relay(session: Session, *, author: str) -> None:
    """From now on letters wait."""
    before = mail_relay.relay(session)
    if before is None:
        raise ConflictError("no mail relay is set here")
    mail_relay.forget_relay(session)
    _note(session, author, before, None)


def checked(session: Session, details: RelayDetails, secret_key: str) -> MailSettings:
    """What was typed, as settings to send with; InputError at the field that cannot be."""
    host = details.host.strip()
    if not host or any(sign.isspace() or sign in "/@" for sign in host):
        raise InputError(f"{details.host!r} is not the name of a mail server", path="host", hint="smtp.example.com")
    if details.security not in PORTS:
        raise InputError(f"{details.security!r} is none of {', '.join(PORTS)}", path="security")
    port = PORTS[details.security] if details.port is None else details.port
    if not 1 <= port <= 65535:  # noqa: PLR2004 - the ports of TCP
        raise InputError(f"{port} is not a port", path="port", hint="587 for STARTTLS, 465 for TLS")
    if details.username and details.security == "none" and host not in LOOPBACK:
        raise InputError(
            "the password would cross the network in plain text", path="security", hint="choose STARTTLS or TLS"
        )
    mail_address(details.sender)
    password = _password(session, replace(details, host=host), port, secret_key) if details.username else ""
    return MailSettings(
        host=host, port=port, username=details.username, password=password, sender=details.sender,
        starttls=details.security == "starttls", tls=details.security == "tls",
    )  # fmt: skip


def try_relay(relay: MailSettings, recipient: str, now: datetime) -> list[str]:
    """Send a test letter and say what the relay answered; its refusal is raised as the error that it is."""
    mail_address(recipient)
    letter = Letter(
        message_id=f"test-{now:%Y%m%d%H%M%S%f}@{relay.sender.rpartition('@')[2]}",
        recipient=recipient,
        recipient_name="",
        subject="A test from Energy Billing",
        text=f"This installation can send mails: {relay.sender} by {relay.host}:{relay.port}.\n",
    )
    sending = SmtpMailer(relay, clock=lambda: now, timeout_s=TEST_TIMEOUT_S)
    try:
        sending.send(letter)
        return list(sending.replies)
    finally:
        sending.close()


def _password(session: Session, details: RelayDetails, port: int, secret_key: str) -> str:
    """The password typed, else the kept one: only for the host, port and name that it was kept for."""
    if details.password:
        return details.password
    stored = mail_relay.relay(session)
    if stored is None or not stored.sealed_password:
        raise InputError("the password is missing", path="password", hint="or leave the user name empty")
    if (stored.host, stored.port, stored.username) != (details.host, port, details.username):
        raise InputError("type the password again: it was kept for another server or user name", path="password")
    return _opened(stored, secret_key).password


def _opened(stored: StoredRelay, secret_key: str) -> MailSettings:
    try:
        sealed = stored.sealed_password
        password = _key(secret_key).decrypt(sealed).decode() if sealed else ""
    except InvalidToken:
        raise InputError(
            "the password of the mail relay was kept with another SECRET_KEY", path="mail", hint="set it again"
        ) from None
    return MailSettings(
        host=stored.host, port=stored.port, username=stored.username, password=password, sender=stored.sender,
        starttls=stored.security == "starttls", tls=stored.security == "tls",
    )  # fmt: skip


def _key(secret_key: str) -> Fernet:
    """A key of its own, from the one secret."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"mail:{secret_key}".encode()).digest()))


def _note(session: Session, author: str, before: StoredRelay | None, after: StoredRelay | None) -> None:
    change = AuditChange(author, "mail.relay", "mail_relay:1", _shown(before), _shown(after))
    record(session, [change])


def _shown(relay: StoredRelay | None) -> dict[str, Any]:
    """What the audit log says of a relay: everything but the password."""
    if relay is None:
        return {}
    return {
        "host": relay.host, "port": relay.port, "security": relay.security, "username": relay.username,
        "sender": relay.sender,
    }  # fmt: skip
