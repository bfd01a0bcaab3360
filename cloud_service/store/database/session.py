"""Engine and sessions. The application works as the role `energy_app`, which cannot change what must stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from common.errors import UnavailableError

__all__ = [
    "Engine",
    "Session",
    "connect",
    "driver_url",
    "plan_anew",
    "raw_connection",
    "refuse_unsafe",
    "sessions",
    "transaction",
    "trial",
]

APP_ROLE = "energy_app"
AUDIT_LAST = "audit_last"  # a session with it writes its audit rows at the commit: the chain's lock is the last of all
UNSAFE = ("fsync", "full_page_writes", "synchronous_commit")

type_names = {"postgresql://": "postgresql+psycopg://", "postgres://": "postgresql+psycopg://"}


def driver_url(url: str) -> str:
    """A `postgresql://` address as SQLAlchemy wants it."""
    for plain, with_driver in type_names.items():
        if url.startswith(plain):
            return with_driver + url.removeprefix(plain)
    return url


def connect(url: str, *, as_app: bool = True, **options: Any) -> Engine:
    """An engine for the address; `as_app` takes on the restricted role at each connection (migrations do not)."""
    engine = create_engine(driver_url(url), pool_pre_ping=True, **options)

    if as_app:

        @event.listens_for(engine, "connect")
        def _take_role(connection: psycopg.Connection[Any], _record: object) -> None:
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {APP_ROLE}")
            connection.commit()

    return engine


def raw_connection(url: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """A plain psycopg connection as the application's role, for COPY and LISTEN."""
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(f"SET ROLE {APP_ROLE}")
    connection.autocommit = autocommit
    return connection


def refuse_unsafe(engine: Engine) -> None:
    """Refuse a database that may forget what it has committed."""
    with engine.connect() as connection:
        off = [name for name in UNSAFE if connection.execute(text(f"SHOW {name}")).scalar() == "off"]
    if off:
        raise UnavailableError(
            f"PostgreSQL runs with {', '.join(off)} off: a crash would lose committed readings and money",
            hint="set it to on in postgresql.conf and restart PostgreSQL",
        )


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions; `with factory.begin() as session` is one transaction."""
    return sessionmaker(engine, expire_on_commit=False, info={AUDIT_LAST: True})


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One session, one transaction: committed at the end, rolled back on any error."""
    with Session(engine, expire_on_commit=False, info={AUDIT_LAST: True}) as session, session.begin():
        yield session


@contextmanager
def trial(engine: Engine) -> Iterator[Session]:
    """One session, one transaction, rolled back at the end: to see what would be done."""
    with Session(engine, expire_on_commit=False, info={AUDIT_LAST: True}) as session:
        yield session
        session.rollback()


def plan_anew(session: Session) -> None:
    """Let PostgreSQL forget this connection's plans before many rows are written.

    A plan made while a table was small reads all of it, and is kept until the table is analysed: foreign key checks
    then cost the more, the more invoices there are. Planning again costs a few milliseconds.
    """
    session.execute(text("DISCARD PLANS"))
