"""Sign-in by Flask-Security: passwords (argon2id), authenticator and recovery codes; a pause after wrong ones."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from flask import Flask, current_app, url_for
from flask_security import RoleMixin, Security, SQLAlchemySessionUserDatastore, UserMixin
from flask_security.mail_util import MailUtil
from flask_security.recoverable import generate_reset_password_token

from cloud_service.settings import Settings
from cloud_service.store.database.session import Engine
from cloud_service.store.identity.tables import User
from cloud_service.store.identity.users import PASSWORD_MIN
from cloud_service.web import database
from cloud_service.web.access import ROLES, May
from cloud_service.web.database import current_session, session
from cloud_service.web.language import locale
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from common.errors import NotFoundError

WRONG_MAX = 8
LOCK = timedelta(minutes=15)


class NamedRole(RoleMixin):
    """A role as Flask-Security wants to see it; ours are words in the table of grants."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.permissions = None


class Person(UserMixin, User):
    """A row of `app_user` with what Flask-Security does with it; the same table, no columns of its own."""

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # ours come from the grants and are not set
        """The roles of all grants."""
        return [NamedRole(grant.role) for grant in self.grants]

    @property
    def may(self) -> frozenset[May]:
        """What the grants allow."""
        return frozenset().union(*(ROLES[grant.role] for grant in self.grants))

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:  # noqa: FBT001, FBT002 - Flask-Security's signature
        """Count wrong passwords and codes in the database, so that all processes know of them."""
        super().track_failed_authn(auth_type, tfa)
        self.failed_count = (self.failed_count or 0) + 1
        if self.failed_count >= WRONG_MAX:
            self.locked_until, self.failed_count = datetime.now(UTC) + LOCK, 0
        session().commit()

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """True for a while after too many wrong answers."""
        locked = self.locked_until is not None and self.locked_until > datetime.now(UTC)
        if locked and form_error is not None:
            form_error.append(_("Too many wrong passwords or codes. Try again in a quarter of an hour."))
        return locked


class NoMail(MailUtil):
    """Flask-Security writes no mails here: our outbox does, with our words."""

    def send_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing leaves this way."""


def init_app(app: Flask, settings: Settings) -> Security:
    """Set Flask-Security up; `settings.secret_key` is the root of all its keys."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of the hash
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_SALT=_key(settings, "password"),
        SECURITY_PASSWORD_LENGTH_MIN=PASSWORD_MIN,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_CHANGEABLE=True,
        SECURITY_CHANGE_URL="/me/password",
        SECURITY_POST_CHANGE_VIEW="/me",
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_RECOVERABLE=True,
        SECURITY_RESET_URL="/link",
        SECURITY_POST_RESET_VIEW="/sign-in",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TWO_FACTOR_SETUP_URL="/me/second-factor",
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/sign-in/code",  # noqa: S106 - an address
        SECURITY_TWO_FACTOR_RESCUE_URL="/sign-in/rescue",
        SECURITY_TWO_FACTOR_SELECT_URL="/sign-in/select",
        SECURITY_TOTP_SECRETS={"1": _key(settings, "totp")},
        SECURITY_TOTP_ISSUER="Energy Billing",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL="/me/recovery-codes",
        SECURITY_MULTI_FACTOR_RECOVERY_URL="/sign-in/recovery",
        SECURITY_VERIFY_URL="/me/verify",
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_USE_REGISTER_V2=True,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_STATIC_FOLDER_URL="/static/security",
        SECURITY_MSG_UNAUTHENTICATED=(_l("Sign in to see this page."), "info"),
    )
    datastore = SQLAlchemySessionUserDatastore(cast("Any", current_session), Person, NamedRole)
    return Security(app, datastore, mail_util_cls=NoMail)


def one_time_token(person: Person) -> str:
    """What a link carries that lets somebody choose a password: valid for a day, worthless after its first use."""
    token: str = generate_reset_password_token(person)  # type: ignore[no-untyped-call]  # Flask-Security has no types there
    return token


def one_time_address(email: str) -> str:
    """The whole link for somebody, below the address of this installation."""
    settings: Settings = current_app.extensions["settings"]
    person = current_app.extensions["security"].datastore.find_user(case_insensitive=True, email=email)
    if person is None:
        raise NotFoundError(_("nobody signs in as %(email)s", email=email))
    return settings.public_url + url_for("security.reset_password", token=one_time_token(person))


def one_time_link(settings: Settings, engine: Engine, email: str) -> str:
    """The same link for a command line, which serves no pages."""
    app = Flask("links")
    app.config["SECRET_KEY"] = settings.secret_key
    app.extensions["settings"] = settings
    database.init_app(app, engine)
    locale.init_app(app)
    init_app(app, settings)
    with app.test_request_context():
        return one_time_address(email)


def _key(settings: Settings, purpose: str) -> str:
    """A key of its own for each purpose, all from the one secret."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{settings.secret_key}".encode()).digest()).decode()
