from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from cloud_service.store.database import job_days
from cloud_service.store.database.job_days import JobDay
from tests.books.world import build

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = NOW.date()


def test_a_day_s_work_is_taken_once(session: Session) -> None:
    entity = build(session).entity

    assert job_days.begin(session, entity, "reminders", DAY, NOW)
    job_days.end(session, entity, "reminders", DAY, 3)
    assert not job_days.begin(session, entity, "reminders", DAY, NOW)
    assert job_days.begin(session, entity, "interest", DAY, NOW)
    assert job_days.begin(session, entity, "reminders", DAY + timedelta(days=1), NOW)


def test_work_that_failed_is_taken_again_and_what_is_done_never_fails(session: Session) -> None:
    entity = build(session).entity
    job_days.fail(session, entity, "interest", DAY, error="no base rate", at=NOW)
    later = NOW + timedelta(hours=1)

    assert [JobDay(entity, "interest", DAY, 0, "no base rate", NOW)] == job_days.latest(session, [entity], DAY)
    assert job_days.begin(session, entity, "interest", DAY, later)
    job_days.end(session, entity, "interest", DAY, 2)
    job_days.fail(session, entity, "interest", DAY, error="too late", at=later)
    assert [JobDay(entity, "interest", DAY, 2, "", later)] == job_days.latest(session, [entity], DAY)


def test_only_the_last_day_of_each_job_is_told_and_only_of_the_companies_asked_for(session: Session) -> None:
    entity = build(session).entity
    for days in (0, 1):
        job_days.begin(session, entity, "reminders", DAY + timedelta(days=days), NOW)

    assert [date(2026, 11, 21)] == [row.day for row in job_days.latest(session, [entity], DAY)]
    assert [] == job_days.latest(session, [entity + 1], DAY)
    assert [] == job_days.latest(session, [entity], DAY + timedelta(days=9))
