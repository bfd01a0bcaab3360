from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from cloud_service.domain.metering.expected_index import KnownIndex, KnownIndexes
from cloud_service.store.metering.known_indexes import around, resting_bills
from tests.cloud_service.plant import START, add_meter, value_of

Owner = psycopg.Connection[Any]


@pytest.fixture
def register(owner: Owner) -> int:
    return add_meter(owner)


def read(owner: Owner, register: int, day: int, value: int, *, quality: int = 0, source: int = 1) -> None:
    at = START + timedelta(days=day)
    owner.execute("SELECT ensure_reading_month(%s)", (at.date(),))
    owner.execute(
        "INSERT INTO reading (register_id, at, value, quality, source, sequence) VALUES (%s, %s, %s, %s, %s, %s)",
        (register, at, value, quality, source, day + 1000),
    )


def known(day: int, value: int) -> KnownIndex:
    return KnownIndex(START + timedelta(days=day), value)


def test_the_indexes_before_after_and_up_to_a_year_earlier_are_known(
    owner: Owner, session: Session, register: int
) -> None:
    for day, value in ((-400, 1), (0, 10), (5, 20), (9, 30)):
        read(owner, register, day, value)

    assert KnownIndexes(known(5, 20), known(0, 10), known(9, 30)) == around(
        session, register, START + timedelta(days=7)
    )


def test_what_was_taken_back_is_passed_over(owner: Owner, session: Session, register: int) -> None:
    read(owner, register, 0, 10)
    read(owner, register, 5, 20)
    read(owner, register, 5, 0, quality=4, source=0)

    assert known(0, 10) == around(session, register, START + timedelta(days=7)).last


def test_an_opening_index_counts_like_a_reading(owner: Owner, session: Session, register: int) -> None:
    owner.execute("""UPDATE meter_mount SET opening = '{"energy_import_total": 7}'""")

    assert KnownIndex(datetime(2020, 1, 1, tzinfo=UTC), 7) == around(session, register, START).last


def test_nothing_is_known_of_a_register_that_was_never_read(session: Session, register: int) -> None:
    assert KnownIndexes() == around(session, register, START)
    assert [] == resting_bills(session, register, START, START + timedelta(days=30))


def test_the_register_is_the_only_one_asked_for(owner: Owner, session: Session, register: int) -> None:
    read(owner, add_meter(owner, "M2"), 0, 10)

    assert KnownIndexes() == around(session, register, START + timedelta(days=7))
    assert 1 == value_of(owner, "SELECT count(*) FROM reading")
