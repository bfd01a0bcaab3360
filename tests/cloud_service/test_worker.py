from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.flow import run as running
from cloud_service.flow.run import Plan
from cloud_service.mail import Outbox
from cloud_service.store.runs import run_of
from cloud_service.worker import Tools, create_worker
from common.period import Span
from tests.books.world import build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def work(engine: Engine, url: str, outbox: Outbox) -> None:
    tools = Tools(engine, lambda: outbox, lambda: datetime.now(UTC), "http://bills.example")
    create_worker(tools, url).run_worker(wait=False, queues=["runs", "deliver"], concurrency=1, listen_notify=False)


def test_workers_rate_issue_and_mail_a_queued_run(
    session: Session, engine: Engine, database_url: str, outbox: Outbox
) -> None:
    world = build(session, tenants=3)
    for register in world.registers:
        world.readings(register, OCTOBER)
    run = running.plan(session, Plan(world.entity, OCTOBER, date(2026, 11, 2), "test"))
    running.start(session, run.id, "rate", shards=2, author="test")
    session.commit()
    work(engine, database_url, outbox)

    assert "rated" == run_of(session, run.id).state

    running.approve(session, run.id, "boss")
    running.start(session, run.id, "issue", shards=2, author="boss")
    session.commit()
    work(engine, database_url, outbox)
    session.commit()

    assert "done" == run_of(session, run.id).state
    assert 3 == session.execute(text("SELECT count(*) FROM invoice")).scalar()
    assert {"tenant1@example.com", "tenant2@example.com", "tenant3@example.com"} == {
        letter.recipient for letter in outbox.letters
    }
