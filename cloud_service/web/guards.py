"""What stands before every form: a token that only our own pages carry, and a limit on tries."""

from typing import Any

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

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


def init_app(app: Flask) -> None:
    """Set both up."""
    csrf.init_app(app)
    limiter.init_app(app)


def limit_guesses(app: Flask) -> None:
    """Limit the tries, once all pages are there; only sent forms are counted, looking at them is free."""
    guesses = Limiter(key_func=get_remote_address, storage_uri="memory://", app=app)  # each application counts its own
    limit: Any = guesses.limit(SIGN_IN_LIMIT, exempt_when=lambda: request.method != "POST")
    for endpoint in GUESSED:
        app.view_functions[endpoint] = limit(app.view_functions[endpoint])
