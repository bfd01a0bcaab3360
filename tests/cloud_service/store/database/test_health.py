"""Whether the database may be trusted."""

import psycopg
import pytest
from sqlalchemy import create_engine

from cloud_service.store.database.health import database_answers, describe_database
from cloud_service.store.database.session import connect, driver_url
from common.errors import ConflictError, UnavailableError


def test_a_complete_database_is_described_in_a_line(database_url: str) -> None:
    assert "schema up to date" in describe_database(database_url)


def test_a_database_without_our_tables_is_told_by_its_missing_revisions(postgres_url: str) -> None:
    with pytest.raises(ConflictError, match="schema revisions are missing: 0001"):
        describe_database(postgres_url)


def test_a_database_that_is_not_there_does_not_answer() -> None:
    with pytest.raises(UnavailableError, match="PostgreSQL does not answer"):
        describe_database("postgresql://127.0.0.1:1/nothing")


def test_a_database_that_may_forget_what_it_committed_is_refused(
    database_url: str, owner: psycopg.Connection[object]
) -> None:
    owner.execute(f"ALTER DATABASE {owner.info.dbname} SET synchronous_commit = off")

    with pytest.raises(UnavailableError, match="synchronous_commit off"):
        describe_database(database_url)


def test_a_page_asks_in_one_statement(database_url: str, postgres_url: str) -> None:
    ours, empty = connect(database_url), create_engine(driver_url(postgres_url))
    try:
        assert "" == database_answers(ours)
        assert "alembic_version" in database_answers(empty)
    finally:
        ours.dispose()
        empty.dispose()
