"""Finished days: written where they changed, read back by what they end with."""

from datetime import date, timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import BelievedReading, RegisterDay
from cloud_service.store.metering.interval_days import LastFinishedDay, last_finished_days, store_days
from common.reading import Quality
from tests.cloud_service.plant import add_meter

Owner = psycopg.Connection[object]
MARCH = date(2026, 3, 1)
ENTRY, EXIT = BelievedReading(1000, 5, 0), BelievedReading(2000, 9, 1)


def day(register: int, offset: int = 0, *, value: int = 4, quality: int = Quality.ACTUAL) -> RegisterDay:
    """A day of one step."""
    missing = int(quality == Quality.MISSING)
    packed = value.to_bytes(8, "little")
    return RegisterDay(
        register, MARCH + timedelta(days=offset), 86_400, packed, bytes([quality]), value, missing, ENTRY, EXIT, 2
    )


def test_a_day_as_it_was_is_not_touched(session: Session, owner: Owner) -> None:
    register = add_meter(owner)

    assert 2 == store_days(session, [day(register), day(register, 1)])
    assert 1 == store_days(session, [day(register), day(register, 1, value=5)])
    assert 0 == store_days(session, [])
    assert [4, 5] == list(session.execute(text("SELECT total FROM interval_day ORDER BY day")).scalars())


def test_a_day_of_which_nothing_is_known_is_written_only_where_it_was_known_once(
    session: Session, owner: Owner
) -> None:
    register = add_meter(owner)
    never = store_days(session, [day(register, quality=Quality.MISSING)])
    store_days(session, [day(register)])

    assert (0, 1) == (never, store_days(session, [day(register, quality=Quality.MISSING)]))


def test_the_newest_finished_day_before_another_tells_what_it_ends_with(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    store_days(session, [day(register), day(register, 1), day(register, 5)])

    assert {register: LastFinishedDay(MARCH + timedelta(days=1), ENTRY, EXIT)} == last_finished_days(
        session, {register: MARCH + timedelta(days=5)}
    )
    assert {} == last_finished_days(session, {register: MARCH})


def test_a_day_says_from_how_many_readings_it_was_made(session: Session, owner: Owner) -> None:
    store_days(session, [day(add_meter(owner))])

    assert {"readings": 2, "entry": [1000, 5, 0], "exit": [2000, 9, 1]} == session.execute(
        text("SELECT made_from FROM interval_day")
    ).scalar_one()


def test_values_and_qualities_are_of_one_length(session: Session, owner: Owner) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="ck_interval_day_packed"):
        store_days(session, [RegisterDay(add_meter(owner), MARCH, 86_400, bytes(8), bytes(2), 0, 0)])
