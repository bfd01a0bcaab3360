"""What stands before every form: a token that only our own pages carry, limits on tries and on what is sent."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf import CSRFProtect

from cloud_service.web.language.sentences import gettext as _
from common.errors import InputError

View = TypeVar("View", bound=Callable[..., Any])
FORM_ROOM = 2**20  # bytes of all other fields
csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address, storage_uri="memory://")

SIGN_IN_LIMIT = "10 per minute; 60 per hour"


GUESSED = (
    "security.login",
    "security.verify",
    "security.two_factor_token_validation",
    "security.mf_recovery",
    "security.reset_password",
    "security.forgot_password",
    "first_administrator.make",
)
"""Where somebody could try many passwords, codes or links."""


def takes_files(most: int) -> Callable[[View], View]:
    """Declare that a view takes files of so many bytes; all others take what any form needs."""

    def mark(view: View) -> View:
        view.body_max = most + FORM_ROOM  # type: ignore[attr-defined]  # functions take attributes; mypy has no word for it
        return view

    return mark


def _allow_files() -> None:
    """Before the form is read; strangers send nothing large."""
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "body_max", 0)
    if most and current_user.is_authenticated:
        request.max_content_length = most


def _refuse_nul() -> None:
    """No text has a NUL in it, and the database keeps none."""
    typed = [*request.args.values()]
    if current_user.is_authenticated:  # what strangers send is read by its own page
        typed += request.form.values()
    if any("\0" in text for text in typed):
        raise InputError(_("there is a control character in it"))


def init_app(app: Flask) -> None:
    """Set all of it up."""
    app.before_request(_allow_files)
    csrf.init_app(app)
    app.before_request(_refuse_nul)
    limiter.init_app(app)


def limit_guesses(app: Flask) -> None:
    """Limit the tries, once all pages are there; only sent forms are counted, looking at them is free."""
    guesses = Limiter(key_func=get_remote_address, storage_uri="memory://", app=app)  # each application counts its own
    limit: Any = guesses.limit(SIGN_IN_LIMIT, exempt_when=lambda: request.method != "POST")
    for endpoint in GUESSED:
        app.view_functions[endpoint] = limit(app.view_functions[endpoint])
