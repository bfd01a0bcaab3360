import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from cloud_service.store.database.session import driver_url
from cloud_service.store.database.upgrade import pending
from cloud_service.store.tables import Table


def test_the_migrated_database_is_what_the_tables_say(database_url: str) -> None:
    engine = create_engine(driver_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        differences = compare_metadata(context, Table.metadata)
    engine.dispose()

    assert differences == []


def is_ours(_thing: object, name: str | None, kind: str, *_rest: object) -> bool:
    return not (name and (name.startswith(("procrastinate", "reading_")) or name == "alembic_version"))


def test_a_migrated_database_has_nothing_pending(database_url: str) -> None:
    assert pending(database_url) == []


@pytest.mark.parametrize("table", ["reading", "invoice", "ledger_line", "payment", "audit"])
def test_not_even_the_owner_empties_what_must_stay(owner: psycopg.Connection[object], table: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="insert-only"):
        owner.execute(f"TRUNCATE {table} CASCADE")
