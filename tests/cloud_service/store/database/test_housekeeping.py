"""The queue kept in order."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database import housekeeping
from cloud_service.store.database.job_queue import defer

BEFORE_ALL, AFTER_ALL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def job_count(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one())


def test_a_run_has_a_job_while_one_of_its_kind_waits(session: Session) -> None:
    defer(session, "rate_run", {"run": 7})

    assert housekeeping.has_job(session, "rate_run", 7)
    assert not housekeeping.has_job(session, "issue_run", 7)
    assert not housekeeping.has_job(session, "rate_run", 8)


def test_finished_jobs_are_forgotten_once_nothing_happened_to_them_for_long(session: Session) -> None:
    defer(session, "deliver", {"deliveries": [1]})
    defer(session, "deliver", {"deliveries": [2]})
    session.execute(
        text("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = (SELECT min(id) FROM procrastinate_jobs)")
    )
    housekeeping.forget_finished_jobs(session, BEFORE_ALL)
    young = job_count(session)
    housekeeping.forget_finished_jobs(session, AFTER_ALL)

    assert (2, 1) == (young, job_count(session))
