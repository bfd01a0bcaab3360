"""The log of local days whose readings changed."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import BelievedReading, RegisterDay
from cloud_service.store.database.session import transaction
from cloud_service.store.metering import dirty_days, interval_days
from cloud_service.store.metering.validation import register_faults
from tests.cloud_service.plant import add_meter
from tests.cloud_service.store.metering.rows import columns

Owner = psycopg.Connection[object]
MARCH = date(2026, 3, 1)
AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
AT_ONCE = timedelta(0)


def marked(session: Session) -> dict[int, list[date]]:
    """Everything that is marked, taken away."""
    return dirty_days.take_changed_days(session, AHEAD, AT_ONCE, 100)


def midnight_ms(day: date, hours_from_utc: int) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() - hours_from_utc * 3600) * 1000


def test_a_reading_marks_its_local_day(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    rows = columns(register, [(midnight_ms(MARCH, 1) + 1, 10)])
    dirty_days.mark_dirty(session, rows, {register: "Europe/Berlin"})

    assert {register: [MARCH]} == marked(session)


def test_a_reading_at_midnight_ends_a_day_and_begins_the_next(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    rows = columns(register, [(midnight_ms(MARCH, 3), 10)])
    dirty_days.mark_dirty(session, rows, {register: "Africa/Nairobi"})

    assert {register: [date(2026, 2, 28), MARCH]} == marked(session)


def test_registers_that_validation_does_not_care_for_mark_nothing(session: Session) -> None:
    dirty_days.mark_dirty(session, columns(7, [(midnight_ms(MARCH, 0), 10)]), {})
    dirty_days.add_dirty(session, [])

    assert {} == marked(session)


def test_what_is_taken_is_this_transactions_and_gone_with_its_commit(engine: Engine, owner: Owner) -> None:
    register = add_meter(owner)
    with transaction(engine) as session:
        dirty_days.add_dirty(session, [(register, MARCH), (register, MARCH)])
    with transaction(engine) as session, transaction(engine) as other:
        ours, theirs = marked(session), marked(other)
    with transaction(engine) as session:
        left = marked(session)

    assert ({register: [MARCH]}, {}, {}) == (ours, theirs, left)


def test_young_marks_wait_for_more_of_their_kind(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    dirty_days.add_dirty(session, [(register, MARCH)])
    marked_at = session.execute(text("SELECT max(since) FROM dirty_day")).scalar_one()
    settle = timedelta(seconds=10)

    assert {} == dirty_days.take_changed_days(session, marked_at + settle - timedelta(seconds=1), settle, 10)
    assert {register: [MARCH]} == dirty_days.take_changed_days(session, marked_at + settle, settle, 10)


def test_registers_that_were_put_aside_wait_until_they_are_tried_again(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    for _ in range(register_faults.TRIES_MAX):
        register_faults.note(session, register, "odd", noon)
    dirty_days.add_dirty(session, [(register, MARCH)])

    assert {} == marked(session)
    register_faults.try_again(session, [register])
    assert {} == dirty_days.take_changed_days(session, noon - timedelta(seconds=1), timedelta(days=-36500), 10)
    assert {register: [MARCH]} == marked(session)


def test_the_registers_that_wait_longest_come_first(session: Session, owner: Owner) -> None:
    first, second = add_meter(owner, "M1"), add_meter(owner, "M2")
    dirty_days.add_dirty(session, [(second, MARCH)])
    dirty_days.add_dirty(session, [(first, MARCH)])

    assert {second: [MARCH]} == dirty_days.take_changed_days(session, AHEAD, AT_ONCE, 1)


def test_the_days_of_the_meters_at_a_place_are_taken_and_no_others(session: Session, owner: Owner) -> None:
    here, elsewhere = add_meter(owner, "M1"), add_meter(owner, "M2")
    dirty_days.add_dirty(session, [(here, MARCH), (elsewhere, MARCH)])
    point = session.execute(text("SELECT id FROM service_point WHERE name = 'at M1'")).scalar_one()

    assert {here: [MARCH]} == dirty_days.take_days_at(session, [point])
    assert {} == dirty_days.take_days_at(session, [point])
    assert {elsewhere: [MARCH]} == marked(session)


def test_days_made_from_another_last_reading_are_marked(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    old, new = BelievedReading(1000, 5, 0), BelievedReading(2000, 6, 0)

    def day(offset: int, entry: BelievedReading | None, last: BelievedReading | None) -> RegisterDay:
        return RegisterDay(register, MARCH + timedelta(days=offset), 86_400, bytes(8), bytes(1), 0, 0, entry, last)

    interval_days.store_days(session, [day(0, None, old), day(1, old, old), day(2, new, new)])
    dirty_days.mark_dependent(session, [day(0, None, old)])
    unchanged = marked(session)
    dirty_days.mark_dependent(session, [day(0, None, new)])

    assert ({}, {register: [MARCH + timedelta(days=1)]}) == (unchanged, marked(session))


def test_local_days_begin_at_local_midnight_through_clock_changes() -> None:
    starts = dirty_days.day_starts_ms(date(2026, 3, 28), 3, "Europe/Berlin")

    assert [24, 23] == (np.diff(starts) // 3_600_000).tolist()
