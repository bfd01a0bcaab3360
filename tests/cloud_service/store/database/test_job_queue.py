"""Jobs are committed with the work that needs them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.job_queue import defer, defer_all

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def jobs(session: Session) -> list[tuple[Any, ...]]:
    """(task, queue, arguments) of all jobs, oldest first."""
    rows = session.execute(text("SELECT task_name, queue_name, args FROM procrastinate_jobs ORDER BY id"))
    return [tuple(row) for row in rows]


def test_a_job_is_gone_with_its_transaction(session: Session) -> None:
    defer(session, "deliver", {"deliveries": [1]})
    session.rollback()

    assert [] == jobs(session)


def test_the_same_job_for_many_arguments_keeps_their_order(session: Session) -> None:
    defer_all(session, "deliver", ({"deliveries": [n]} for n in range(3)), queue="deliver")

    assert [("deliver", "deliver", {"deliveries": [n]}) for n in range(3)] == jobs(session)


def test_of_jobs_that_should_be_alone_only_one_waits(session: Session) -> None:
    defer(session, "validate", {}, only_one="validate")
    defer(session, "validate", {}, only_one="validate")

    assert 1 == len(jobs(session))


def test_a_job_may_wait_for_its_time(session: Session) -> None:
    defer(session, "remind", {}, at=AT)

    assert AT == session.execute(text("SELECT scheduled_at FROM procrastinate_jobs")).scalar_one()
