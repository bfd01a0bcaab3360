"""People who may sign in, as an administrator looks through them."""

from sqlalchemy import select

from cloud_service.store.identity.tables import User
from cloud_service.store.lists.paging import Listing, ListQuery, text_in


def users(query: ListQuery) -> Listing:
    """The text finds names and e-mail addresses."""
    statement = select(User.public_id, User.name, User.email, User.active).where(*text_in(query, User.name, User.email))
    return Listing(statement, {"name": User.name, "email": User.email}, ("name", False), User.id)
