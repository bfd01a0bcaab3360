"""Days that lie close together are made in one window; what cannot be made is told."""

from datetime import date, timedelta

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.validate.make_days import DAYS_MAX, GAP_DAYS, _clusters, _rounds, make_changed_days
from cloud_service.store.metering import readings
from tests.cloud_service.plant import START_MS, add_meter, add_site
from tests.cloud_service.store.metering.rows import QUARTER_MS, columns

MARCH = date(2026, 3, 1)


def days(*offsets: int) -> list[date]:
    return [MARCH + timedelta(days=offset) for offset in offsets]


def test_days_close_together_are_one_window() -> None:
    assert [(MARCH, days(GAP_DAYS)[0])] == _clusters(days(GAP_DAYS, 0))
    assert [(MARCH, MARCH), (days(GAP_DAYS + 1)[0],) * 2] == _clusters(days(0, GAP_DAYS + 1))


def test_a_window_has_a_longest_length() -> None:
    assert [(MARCH, days(DAYS_MAX - 1)[0]), (days(DAYS_MAX)[0],) * 2] == _clusters(days(*range(DAYS_MAX + 1)))


def test_windows_of_a_register_are_made_one_after_the_other() -> None:
    rounds = list(_rounds({1: days(0, 30), 2: days(5)}))

    assert [{1: (MARCH, MARCH), 2: tuple(days(5, 5))}, {1: tuple(days(30, 30))}] == rounds


def test_changed_days_are_stored_and_registers_that_are_gone_are_passed_over(
    session: Session, owner: psycopg.Connection[object]
) -> None:
    site = add_site(owner, timezone="UTC")
    index, interval = add_meter(owner, "M1", site), add_meter(owner, "M2", site, kind="interval")
    times = [START_MS + n * QUARTER_MS for n in range(97)]
    readings.insert(session, columns(index, [(at, 250 * n) for n, at in enumerate(times)]))
    readings.insert(session, columns(interval, [(at, 100) for at in times[1:]], step_s=900))
    windows, problems, stored = make_changed_days(session, {index: days(0), interval: days(0), 999: days(0)})
    rows = session.execute(text("SELECT register_id, total, missing FROM interval_day"))

    assert ({}, 2, 2) == (problems, stored, len(windows))
    assert {(index, 24_000, 0), (interval, 9_600, 0)} == {tuple(row) for row in rows}


def test_a_register_that_cannot_be_made_is_told_and_the_others_are(
    session: Session, owner: psycopg.Connection[object]
) -> None:
    odd, good = add_meter(owner, "M1", step_s=7000), add_meter(owner, "M2")
    windows, problems, _ = make_changed_days(session, {odd: days(0), good: days(0)})

    assert [good] == [window.rules.id for window in windows]
    assert "steps of 7000 s do not fit" in problems[odd]
