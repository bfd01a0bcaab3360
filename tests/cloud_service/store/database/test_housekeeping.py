"""What timed jobs look after."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database import housekeeping
from cloud_service.store.database.job_queue import defer
from tests.books.world import build

NOW = datetime.now(UTC)  # rows carry the database's own clock


def job_count(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one())


def test_a_run_that_does_not_exist_has_no_state_and_no_job(session: Session) -> None:
    assert ("", False) == (housekeeping.run_state(session, 7), housekeeping.has_job(session, "rate_run", 7))


def test_a_run_has_a_job_while_one_of_its_kind_waits(session: Session) -> None:
    defer(session, "rate_run", {"run": 7})

    assert housekeeping.has_job(session, "rate_run", 7)
    assert not housekeeping.has_job(session, "issue_run", 7)
    assert not housekeeping.has_job(session, "rate_run", 8)


def test_a_message_that_waits_without_a_job_is_queued_once(session: Session) -> None:
    world = build(session, tenants=1)
    session.execute(
        text("""
INSERT INTO delivery (account_id, kind, recipient, message_id, created_at)
VALUES (:account, 'invoice', 'a@example.com', '<1@example.org>', :at)
"""),
        {"account": world.accounts[0], "at": NOW - timedelta(hours=1)},
    )
    first = housekeeping.queue_forgotten_deliveries(session, NOW - timedelta(minutes=30))
    again = housekeeping.queue_forgotten_deliveries(session, NOW - timedelta(minutes=30))

    assert (1, 0, 1) == (first, again, job_count(session))


def test_finished_jobs_are_forgotten_once_nothing_happened_to_them_for_long(session: Session) -> None:
    defer(session, "deliver", {"deliveries": [1]})
    defer(session, "deliver", {"deliveries": [2]})
    session.execute(
        text("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = (SELECT min(id) FROM procrastinate_jobs)")
    )
    housekeeping.forget_finished_jobs(session, NOW - timedelta(days=1))
    young = job_count(session)
    housekeeping.forget_finished_jobs(session, NOW + timedelta(days=1))

    assert (2, 1) == (young, job_count(session))
