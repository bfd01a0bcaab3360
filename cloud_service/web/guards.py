"""What stands before every form: a token that only our own pages carry, and a limit on tries."""

from flask import request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address, storage_uri="memory://")

SIGN_IN_LIMIT = "10 per minute; 60 per hour"


def only_posts() -> bool:
    """Looking at the sign-in page is free, sending it is counted."""
    return request.method != "POST"
