from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.batches import work as batch_work
from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.mail import Outbox
from cloud_service.sheets import sheet_jobs
from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder
from cloud_service.store.batches import batches
from cloud_service.store.batches.batches import ChosenRow, NewBatch, StoredBatch
from cloud_service.store.database import job_queue
from cloud_service.store.database.housekeeping import last_success
from cloud_service.store.invoicing.billing_run_items import items
from cloud_service.store.invoicing.billing_runs import run_of
from cloud_service.store.scope import Scope
from cloud_service.worker import RUN_TRIES_MAX, WorkerTools, create_worker
from common.period import Span
from tests.books.world import build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
TENANTS = 3


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def work(engine: Engine, url: str, outbox: Outbox) -> None:
    tools = WorkerTools(engine, lambda: outbox, lambda: datetime.now(UTC), "http://bills.example")
    create_worker(tools, url).run_worker(wait=False, queues=["runs", "deliver"], concurrency=1, listen_notify=False)


def test_workers_rate_issue_and_mail_a_queued_run(
    session: Session, engine: Engine, database_url: str, outbox: Outbox
) -> None:
    world = build(session, tenants=3)
    for register in world.registers:
        world.readings(register, OCTOBER)
    run = running.plan(session, RunPlan(world.entity, OCTOBER, date(2026, 11, 2), "test"))
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


def test_each_timed_job_runs_on_its_own_and_twice(
    session: Session, engine: Engine, database_url: str, outbox: Outbox
) -> None:
    world = build(session)
    world.tenant(mode="prepaid")
    session.commit()
    now = datetime(2026, 11, 5, 11, tzinfo=UTC)
    app = create_worker(WorkerTools(engine, lambda: outbox, lambda: now, ""), database_url)
    names = ("validate", "resume_runs", "prepaid", "look_back", "resume_deliveries", "forget_jobs")
    for name in (*names, *names):
        app.tasks[name](timestamp=0)

    assert (
        "disconnected" == session.execute(text("SELECT state FROM prepaid_state")).scalar()
    )  # it owes the standing charge
    assert 1 == session.execute(text("SELECT count(*) FROM gateway_command")).scalar()


def test_a_run_whose_jobs_were_lost_gets_new_ones(
    session: Session, engine: Engine, database_url: str, outbox: Outbox
) -> None:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    run = running.plan(session, RunPlan(world.entity, OCTOBER, date(2026, 11, 2), "test"))
    session.commit()
    app = create_worker(WorkerTools(engine, lambda: outbox, lambda: datetime.now(UTC), ""), database_url)
    app.tasks["resume_runs"](timestamp=0)
    app.tasks["resume_runs"](timestamp=0)
    work(engine, database_url, outbox)

    assert 1 == session.execute(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'rate_run'")).scalar()
    assert "rated" == run_of(session, run.id).state


def test_without_a_relay_letters_wait_and_no_try_is_counted(
    session: Session, engine: Engine, database_url: str
) -> None:
    session.execute(
        text("INSERT INTO delivery (kind, recipient, message_id, facts) VALUES ('x', 'a@b.c', '1@x', '{}')")
    )
    session.commit()
    app = create_worker(WorkerTools(engine, lambda: None, lambda: datetime.now(UTC), ""), database_url)
    app.tasks["deliver"](deliveries=[1])

    assert ("waiting", 0) == tuple(session.execute(text("SELECT state, attempts FROM delivery")).one())


def batch_of_terms(session: Session) -> StoredBatch:
    """A batch that gives each of three accounts thirty days to pay, to be checked."""
    build(session, tenants=TENANTS)
    rows = session.execute(text("SELECT id, public_id, number FROM account ORDER BY id")).all()
    accounts = [ChosenRow(row.id, row.public_id, row.number) for row in rows]
    new = NewBatch("accounts", "account_terms", "clerk", Scope(), date(2026, 11, 5))
    batch = batches.stored(session, batches.add(session, new, accounts), Scope())
    batches.ask_for_check(session, batch.id, {"payment_terms_days": "30"})
    return batch


def test_a_batch_of_many_rows_is_checked_and_done_by_the_worker_once(
    session: Session, engine: Engine, database_url: str, outbox: Outbox
) -> None:
    batch = batch_of_terms(session)
    session.commit()
    tools = WorkerTools(engine, lambda: outbox, lambda: datetime.now(UTC), "")
    app = create_worker(tools, database_url)

    def run() -> tuple[str, set[int]]:
        app.tasks["tend_batches"](timestamp=0)  # a crash took the job: it gets a new one
        app.tasks["work_batch"](batch=batch.id)
        app.tasks["work_batch"](batch=batch.id)
        with Session(engine) as looking:
            days = looking.execute(text("SELECT payment_terms_days FROM account")).scalars()
            return batches.of_id(looking, batch.id).state, set(days)

    assert ("checked", {14}) == run()
    batch_work.let_run(session, batches.of_id(session, batch.id), "clerk", datetime.now(UTC))
    session.commit()
    assert ("done", {30}) == run()
    assert TENANTS == session.execute(text("SELECT count(*) FROM audit WHERE action = 'account.terms'")).scalar()


JOBS = text("SELECT status::text, count(*) FROM procrastinate_jobs WHERE queueing_lock = :name GROUP BY 1")


def test_a_batch_goes_on_after_its_worker_was_killed_whatever_waits_behind_it(
    session: Session, engine: Engine, database_url: str, outbox: Outbox
) -> None:
    batch = batch_of_terms(session)
    batch_work.start(session, batch.id)
    session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))  # and its worker is gone
    session.commit()
    tools = WorkerTools(engine, lambda: outbox, lambda: datetime.now(UTC), "")
    app = create_worker(tools, database_url)
    app.tasks["tend_batches"](timestamp=0)  # queues a second one behind it
    job_queue.defer(session, "tend", {"timestamp": 0})
    session.commit()
    app.run_worker(
        wait=False, queues=["default", "batches"], concurrency=1, listen_notify=False, install_signal_handlers=False
    )

    assert "checked" == batches.of_id(session, batch.id).state
    jobs = {row[0]: row[1] for row in session.execute(JOBS, {"name": f"work_batch:{batch.id}"})}
    assert {"failed": 1, "succeeded": 1} == jobs


def test_a_large_sheet_is_checked_by_the_worker(session: Session, engine: Engine, database_url: str) -> None:
    world = build(session)
    order = ImportOrder(world.entity, "mary", date(2026, 11, 27), "sites")
    file = SheetFile("sites.csv", b"Site;Site country\nDock;DE\n")
    sheet_jobs.start(session, file, order, "good", datetime(2026, 11, 27, tzinfo=UTC))
    session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))  # the database was away
    session.commit()

    tools = WorkerTools(engine, Outbox, lambda: datetime(2026, 11, 27, tzinfo=UTC), "http://bills.example")
    app = create_worker(tools, database_url)
    for _minute in range(2):
        app.tasks["tend_sheets"](timestamp=0)
    app.run_worker(
        wait=False, queues=["default", "batches"], concurrency=1, listen_notify=False, install_signal_handlers=False
    )

    assert 1 == session.execute(text("SELECT count(*) FROM site WHERE name = 'Dock'")).scalar()


def test_a_run_whose_jobs_fail_again_and_again_is_left_to_a_person(
    session: Session, engine: Engine, database_url: str, outbox: Outbox
) -> None:
    world = build(session, tenants=2)
    run = running.plan(session, RunPlan(world.entity, OCTOBER, date(2026, 11, 2), "test"))
    session.commit()
    app = create_worker(WorkerTools(engine, lambda: outbox, lambda: datetime.now(UTC), ""), database_url)
    for _minute in range(RUN_TRIES_MAX):
        app.tasks["resume_runs"](timestamp=0)
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'rate_run'"))
        session.commit()
    app.tasks["resume_runs"](timestamp=0)
    session.commit()

    assert "rated" == run_of(session, run.id).state
    assert {("parked", "something went wrong here 5 times; the log of the worker says what")} == {
        (item.state, item.reason) for item in items(session, run.id)
    }
    assert 0 == session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar()


def test_what_changed_while_it_was_issued_is_noticed_by_a_worker_that_was_off_for_days(
    session: Session, engine: Engine, database_url: str, outbox: Outbox
) -> None:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    rated = [outcome.rated for outcome in rate_contracts(session, world.contracts, OCTOBER) if outcome.rated]
    session.execute(
        text("UPDATE interval_day SET \"values\" = decode(repeat('01', 768), 'hex') WHERE day = '2026-10-02'")
    )
    issue(session, rated, bill_date=date(2026, 11, 2), author="test")
    session.commit()
    days_later = session.execute(text("SELECT max(created_at) FROM invoice")).scalar_one() + timedelta(days=3)
    app = create_worker(WorkerTools(engine, lambda: outbox, lambda: days_later, ""), database_url)

    app.tasks["look_back"](timestamp=0)

    assert 1 <= session.execute(text("SELECT count(*) FROM late_day")).scalar_one()


def test_work_that_failed_is_looked_back_at_from_the_last_time_that_it_went_well(session: Session) -> None:
    assert last_success(session, "look_back") is None
    job_queue.defer(session, "look_back", {"timestamp": 0})
    session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    session.execute(text("UPDATE procrastinate_jobs SET status = 'succeeded'"))
    at = session.execute(text("SELECT max(at) FROM procrastinate_events WHERE type = 'succeeded'")).scalar_one()

    assert at == last_success(session, "look_back")


def test_messages_that_were_refused_long_ago_go_and_values_that_are_not_believed_stay(
    session: Session, engine: Engine, database_url: str, outbox: Outbox
) -> None:
    world = build(session, tenants=1)
    session.execute(
        text(
            "INSERT INTO quarantine (gateway, reason, body, register_id, at, value, created_at)"
            " VALUES ('gw', 'old', '', NULL, NULL, NULL, now() - interval '91 days'),"
            " ('gw', 'new', '', NULL, NULL, NULL, now()),"
            " ('', 'value', '', :register, now(), 1, now() - interval '91 days')"
        ),
        {"register": world.registers[0]},
    )
    session.commit()
    app = create_worker(WorkerTools(engine, lambda: outbox, lambda: datetime.now(UTC), ""), database_url)
    app.tasks["forget_jobs"](timestamp=0)

    assert ["new", "value"] == list(session.execute(text("SELECT reason FROM quarantine ORDER BY 1")).scalars())
