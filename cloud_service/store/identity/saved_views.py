"""Filtered lists that a person keeps as tabs."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cloud_service.store.identity.tables import SavedView


def views_of(session: Session, user_id: int, page: str) -> list[SavedView]:
    """The saved tabs of a person on a page."""
    return list(
        session.scalars(
            select(SavedView).where(SavedView.user_id == user_id, SavedView.page == page).order_by(SavedView.id)
        )
    )


def save_view(session: Session, user_id: int, page: str, name: str, query: str) -> None:
    """Keep a filter as a tab; the same name again replaces it."""
    forget_view(session, user_id, page, name)
    session.add(SavedView(user_id=user_id, page=page, name=name, query=query))


def forget_view(session: Session, user_id: int, page: str, name: str) -> None:
    """Drop a saved tab."""
    session.execute(
        delete(SavedView).where(SavedView.user_id == user_id, SavedView.page == page, SavedView.name == name)
    )
