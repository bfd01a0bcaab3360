"""Which columns of a list a person wants to see, in which order, and how many rows a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

CHOICE = text("SELECT columns, size FROM list_choice WHERE user_id = :user AND page = :page")
KEEP = text("""
INSERT INTO list_choice (user_id, page, columns, size) VALUES (:user, :page, :columns, :size)
    ON CONFLICT (user_id, page) DO UPDATE SET columns = excluded.columns, size = excluded.size
""")
FORGET = text("DELETE FROM list_choice WHERE user_id = :user AND page = :page")


@dataclass(frozen=True, slots=True)
class ChosenColumns:
    """The keys of the columns in their order, none where the list's own are shown; rows a page."""

    columns: Sequence[str] = ()
    size: int = 25


def choice_of(session: Session, user_id: int, page: str) -> ChosenColumns:
    """What the person chose for a list, else what everybody sees."""
    row = session.execute(CHOICE, {"user": user_id, "page": page}).mappings().one_or_none()
    return ChosenColumns(**row) if row else ChosenColumns()


def keep_choice(session: Session, user_id: int, page: str, choice: ChosenColumns) -> None:
    """From now on, in every browser of the person."""
    values = {"user": user_id, "page": page, "columns": list(choice.columns), "size": choice.size}
    session.execute(KEEP, values)


def forget_choice(session: Session, user_id: int, page: str) -> None:
    """Show what everybody sees again."""
    session.execute(FORGET, {"user": user_id, "page": page})
