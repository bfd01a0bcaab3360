"""The legal entities of the operator."""

from sqlalchemy import text
from sqlalchemy.orm import Session

NAMES = text("SELECT id, name FROM legal_entity ORDER BY id")


def entities(session: Session) -> dict[int, str]:
    """Id -> name."""
    return {row.id: row.name for row in session.execute(NAMES)}
