"""The note on every page of an administrator: letters wait, why, and where to mend it."""

from dataclasses import dataclass

from flask import Flask, current_app

from cloud_service.flow.mail_relay import has_relay
from cloud_service.store.database.health import DatabaseDownError
from cloud_service.store.delivery.mail_relay import WaitingLetters, waiting
from cloud_service.web.access import May, may, scope
from cloud_service.web.database import session


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """How many letters wait, and whether there is a relay that they wait for."""

    letters: int
    has_relay: bool
    error: str


def waiting_mail() -> WaitingMail | None:
    """What an administrator must know; None for others, and where letters go out."""
    if not may(May.MANAGE):
        return None
    try:
        seen: WaitingLetters = waiting(session(), scope())
        is_set = has_relay(session(), current_app.extensions["settings"].mail)
    except DatabaseDownError:
        return None  # the error page says that much
    letters = seen.refused if is_set else seen.letters
    return WaitingMail(letters, is_set, seen.error if is_set else "") if letters else None


def init_app(app: Flask) -> None:
    """Offer it to the layout."""
    app.jinja_env.globals.update(waiting_mail=waiting_mail)
