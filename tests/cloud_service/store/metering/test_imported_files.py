from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from cloud_service.store.metering.imported_files import (
    billed_since,
    days_of_file,
    imported_file,
    mark_undone,
    meters_outside,
    newest_files,
    note_registers,
)
from cloud_service.store.scope import Scope
from tests.cloud_service.plant import add_meter, add_site, value_of

Owner = psycopg.Connection[Any]
MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)  # of Berlin, which ends the first of March


@pytest.fixture
def register(owner: Owner) -> int:
    return add_meter(owner, site=add_site(owner))


@pytest.fixture
def file(owner: Owner, session: Session, register: int) -> int:
    file_id: int = value_of(
        owner, "INSERT INTO import_file (sha256, name, format, rows) VALUES ('x', 'a.csv', 'csv', 1) RETURNING id"
    )
    owner.execute("SELECT ensure_reading_month('2026-03-01')")
    owner.execute(
        "INSERT INTO reading (register_id, at, value, quality, source, sequence) VALUES (%s, %s, 5, 0, %s, 1)",
        (register, MIDNIGHT, -file_id),
    )
    note_registers(session, file_id, [register], MIDNIGHT, MIDNIGHT)
    session.commit()
    return file_id


def test_a_reading_at_midnight_touches_the_day_that_ends_and_the_one_that_begins(
    session: Session, file: int, register: int
) -> None:
    assert [(register, date(2026, 3, 1)), (register, date(2026, 3, 2))] == sorted(days_of_file(session, file))


def test_a_file_is_known_to_those_of_its_sites(owner: Owner, session: Session, file: int, register: int) -> None:
    ours = Scope(entities=frozenset({value_of(owner, "SELECT id FROM legal_entity")}))
    others = Scope(entities=frozenset({0}))

    assert ["a.csv"] == [row.name for row in newest_files(session, ours)]
    assert [] == newest_files(session, others)
    assert imported_file(session, others, file) is None
    assert ([], ["M1"]) == (meters_outside(session, [register], ours), meters_outside(session, [register], others))


def test_a_file_is_undone_once_and_leaves_what_counts(owner: Owner, session: Session, file: int) -> None:
    assert [] == billed_since(session, file)
    assert [True, False] == [mark_undone(session, file, "Ada", "wrong", MIDNIGHT) for _ in "12"]
    session.commit()

    assert 0 == value_of(owner, "SELECT count(*) FROM reading_kept")
    assert 0 == value_of(owner, "SELECT count(*) FROM reading_best")
    assert 1 == value_of(owner, "SELECT count(*) FROM reading")
