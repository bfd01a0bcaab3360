"""How commands reach the database of their installation: one transaction, as the application's role."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloud_service.store.database.session import Engine, Session

_open: ContextVar["Engine | None"] = ContextVar("open_engine", default=None)


@contextmanager
def engine() -> Iterator["Engine"]:
    """An engine as the application's role, closed afterwards; within another one, that one."""
    there = _open.get()
    if there is not None:
        yield there
        return
    from cloud_service.settings import database_url

    url = database_url()  # before the database's library is imported: where nothing runs, that is said at once
    from cloud_service.store.database.session import connect

    database = connect(url)
    token = _open.set(database)
    try:
        yield database
    finally:
        _open.reset(token)
        database.dispose()


@contextmanager
def transaction() -> Iterator["Session"]:
    """One session and transaction: committed at the end, rolled back on any error."""
    with engine() as database:
        from cloud_service.store.database.errors import REFUSALS, reason_of
        from cloud_service.store.database.session import transaction as begin
        from common.errors import ConflictError, EnergyError

        try:
            with begin(database) as session:
                yield session
        except EnergyError:
            raise
        except REFUSALS as error:
            raise ConflictError(reason_of(error)) from error


def author() -> str:
    """Who runs the command, for the audit log."""
    import getpass

    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"
