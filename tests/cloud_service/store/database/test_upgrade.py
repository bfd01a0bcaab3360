import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from cloud_service.store.database.session import driver_url
from cloud_service.store.database.upgrade import pending, upgrade
from cloud_service.store.tables import Table
from tests.conftest import with_database


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


OLD = """
INSERT INTO legal_entity (name, currency, timezone, address, country)
VALUES ('Lakeside', 'EUR', 'Europe/Vienna', 'Seestrasse 7, 5310 Mondsee', 'AT');
INSERT INTO client (legal_entity_id, number, name, address, country)
VALUES (1, 'C1', 'Ann', E'1 High St\nLeeds\nLS1 4AP\nUK', 'UK'), (1, 'C2', 'Nobody', '', '');
INSERT INTO site (legal_entity_id, name, timezone, currency, address)
VALUES (1, 'Hof', 'UTC', 'EUR', E'Hof 1\n10115 Berlin');
"""
FIELDS = "SELECT address, street, postcode, city, region, address_state FROM {} ORDER BY id"


def test_addresses_of_before_keep_their_text_and_have_fields_that_nobody_checked(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("CREATE DATABASE addresses_of_before")
    url = with_database(postgres_url, "addresses_of_before")
    upgrade(url, "0049")
    with psycopg.connect(url) as connection:
        connection.execute(OLD)
    upgrade(url)

    with psycopg.connect(url) as connection:
        companies, clients, sites = (
            connection.execute(FIELDS.format(table)).fetchall() for table in ("legal_entity", "client", "site")
        )
    assert [("Seestrasse 7, 5310 Mondsee", "Seestrasse 7", "5310", "Mondsee", "", "read")] == companies
    leeds = ("1 High St\nLeeds\nLS1 4AP\nUK", "1 High St", "LS1 4AP", "Leeds", "", "read")
    assert [leeds, ("", "", "", "", "", "read")] == clients
    assert [("Hof 1\n10115 Berlin", "Hof 1", "10115", "Berlin", "", "read")] == sites


@pytest.mark.parametrize("table", ["reading", "invoice", "ledger_line", "payment", "audit"])
def test_not_even_the_owner_empties_what_must_stay(owner: psycopg.Connection[object], table: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="insert-only"):
        owner.execute(f"TRUNCATE {table} CASCADE")
