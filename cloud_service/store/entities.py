"""The legal entities of the operator."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import InputError

CURRENCIES = text("SELECT DISTINCT currency FROM legal_entity")
NAMES = text("SELECT id, name FROM legal_entity ORDER BY id")


def entities(session: Session) -> dict[int, str]:
    """Id -> name."""
    return {row.id: row.name for row in session.execute(NAMES)}


def local_currency(session: Session) -> str:
    """The currency of the legal entity; with several entities of different currencies it must be named."""
    found = [row.currency for row in session.execute(CURRENCIES)]
    if len(found) != 1:
        raise InputError("name the local currency", path="--base", hint=", ".join(found))
    return str(found[0])
