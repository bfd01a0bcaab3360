"""Operators for commands: DATABASE_URL names the test's own database."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.cli.commands import call

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def named_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test's own empty database, as the environment names it."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    return database_url


@pytest.fixture
def operator(session: Session, named_database: str) -> World:
    """An operator with one tenant who has no readings."""
    world = build(session, tenants=1)
    session.commit()
    return world


@pytest.fixture
def billed(session: Session, named_database: str) -> World:
    """An operator whose two tenants have a bill of 118.29 EUR each for October."""
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    session.commit()
    call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02")
    return world
