"""Whether the database is fit to be trusted: durable, complete, writable now."""

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from cloud_service.store.database.session import connect, refuse_unsafe
from cloud_service.store.database.upgrade import pending
from common.errors import ConflictError, UnavailableError


def describe_database(url: str) -> str:
    """One line about the database, or an error that says what is wrong with it."""
    try:
        missing = pending(url)
        if missing:
            raise ConflictError(f"schema revisions are missing: {', '.join(missing)}", hint="energy-cloud db upgrade")
        engine = connect(url)
        try:
            refuse_unsafe(engine)
            with engine.connect() as connection:
                version = connection.exec_driver_sql("SHOW server_version").scalar()
        finally:
            engine.dispose()
    except (OperationalError, psycopg.OperationalError) as error:
        first = str(error).strip().splitlines()[0]
        raise UnavailableError(f"PostgreSQL does not answer: {first}", path="DATABASE_URL") from error
    return f"PostgreSQL {version}, schema up to date"


DatabaseDownError = OperationalError  # what a page sees when the database does not answer


def database_answers(engine: Engine) -> str:
    """Nothing when the database answers and has our tables, else what is wrong."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1 FROM alembic_version"))
    except SQLAlchemyError as error:
        return str(getattr(error, "orig", error)).strip().splitlines()[0]
    return ""
