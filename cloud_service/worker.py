"""The door of queued and timed jobs: `python -m cloud_service.worker`, on any number of machines.

Every job may run twice without harm, and a worker may die at any moment: what it had not committed is done by another.
Jobs join steps of `flow/`; steps do not know of jobs beyond the row they queue.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import procrastinate
import psycopg
from procrastinate.jobs import Status

from cloud_service.batches import work as batch_work
from cloud_service.billing_jobs import CalendarTools, add_calendar_jobs
from cloud_service.day_jobs import DayTools, add_day_jobs
from cloud_service.flow import arrangements, prepaid
from cloud_service.flow import billing_run as running
from cloud_service.flow import deliver as delivering
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_shard, rate_so_far
from cloud_service.flow.validate import validate_dirty
from cloud_service.mail import Mailer
from cloud_service.sheets import sheet_jobs
from cloud_service.store.batches import batches
from cloud_service.store.customers.legal_entities import today_of
from cloud_service.store.database import housekeeping
from cloud_service.store.database.session import APP_ROLE, Engine, Session, transaction
from cloud_service.store.delivery.outgoing import queue_forgotten_deliveries
from cloud_service.store.invoicing.billing_runs import runs_in
from cloud_service.store.invoicing.corrections import note_changed_while_issuing
from cloud_service.store.invoicing.run_progress import run_state
from cloud_service.store.metering import refused_messages
from cloud_service.worker_slots import BALANCES, DAYS, JOBS_AT_ONCE, LETTERS, ROWS, RUNS, SLOTS, run_slots

SHARD = 200
PREPAID_EVERY = "* * * * * */30"  # the last field is seconds: so that no balance is older than a minute
RUN_TRIES_MAX = 5
QUARANTINE_KEPT = timedelta(days=90)
FIRST_LOOK_BACK = timedelta(days=40)  # where no look is known of
log = logging.getLogger("energy.worker")


@dataclass(frozen=True, slots=True)
class WorkerTools:
    """What the jobs are handed."""

    engine: Engine
    mailer: Callable[[], Mailer | None]  # None: no relay is set, so letters wait
    clock: Callable[[], datetime]
    public_url: str

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction."""
        with transaction(self.engine) as session:
            yield session


def create_worker(tools: WorkerTools, conninfo: str) -> procrastinate.App:
    """The application with all jobs; `conninfo` is PostgreSQL's address as libpq takes it."""
    app = procrastinate.App(connector=connector(conninfo))
    _run_jobs(app, tools)
    _delivery_jobs(app, tools)
    _jobs_about_jobs(app, tools)
    add_calendar_jobs(app, CalendarTools(tools.engine, tools.begin, tools.clock))
    _jobs_about_readings_and_balances(app, tools)
    add_day_jobs(app, DayTools(tools.begin, tools.clock))
    _batch_jobs(app, tools)
    _sheet_jobs(app, tools)
    return app


def connector(conninfo: str) -> procrastinate.PsycopgConnector:
    """Connections that take on the application's role."""

    async def take_role(connection: psycopg.AsyncConnection[Any]) -> None:
        await connection.execute(f"SET ROLE {APP_ROLE}")
        await connection.commit()

    return procrastinate.PsycopgConnector(
        conninfo=conninfo, configure=take_role, min_size=1, max_size=len(SLOTS) + JOBS_AT_ONCE
    )


def _run_jobs(app: procrastinate.App, tools: WorkerTools) -> None:
    @app.task(name="rate_run", queue=RUNS)
    def rate_run(run: int, **_arguments: object) -> None:
        """One shard after the other until nothing waits; what was read a moment ago is made into days before."""
        validate_dirty(tools.engine, tools.clock)
        _until_done(tools, run, "rating", lambda session: rate_shard(session, run, SHARD))

    @app.task(name="issue_run", queue=RUNS)
    def issue_run(run: int, author: str, **_arguments: object) -> None:
        """The same for what is rated and approved."""
        _until_done(tools, run, "issuing", lambda session: issue_shard(session, run, author=author, limit=SHARD))


def _until_done(tools: WorkerTools, run_id: int, state: str, work: Callable[[Session], int]) -> None:
    """A transaction a shard; the run's state is looked at each time, so a cancelled run stops here."""
    worked = 1
    while worked:
        with tools.begin() as session:
            worked = work(session) if run_state(session, run_id) == state else 0
        with tools.begin() as session:
            running.report(session, run_id)


def _delivery_jobs(app: procrastinate.App, tools: WorkerTools) -> None:
    @app.task(name="deliver", queue=LETTERS)
    def deliver(deliveries: list[int]) -> None:
        """Send messages, each in a transaction of its own."""
        mailer = tools.mailer()
        if mailer is None:
            return log.warning("no mail relay is set: %d letters wait", len(deliveries))
        try:
            delivering.deliver(tools.begin, deliveries, mailer, tools.clock, public_url=tools.public_url)
        finally:
            mailer.close()
        return None


def _jobs_about_jobs(app: procrastinate.App, tools: WorkerTools) -> None:
    @app.periodic(cron="* * * * *")
    @app.task(name="tend", queue="default", queueing_lock="tend", pass_context=True)
    async def retry_stalled_jobs(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Give jobs of dead workers to others; where one like it waits already, that one does the work."""
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs():
            try:
                await manager.retry_job(job)
            except procrastinate.exceptions.UniqueViolation:  # it would wait for ever for the lock of the dead one
                await manager.finish_job(job, Status.FAILED, delete_job=False)

    @app.periodic(cron="* * * * *")
    @app.task(name="resume_runs", queue="default", queueing_lock="resume_runs")
    def resume_runs(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Runs with work left and no job for it (a crash took it) get a new one; after some that failed none."""
        with tools.begin() as session:
            for run in runs_in(session, ("rating", "issuing")):
                step = "rate" if run.state == "rating" else "issue"
                if housekeeping.has_job(session, running.TASKS[step], run.id):
                    continue
                if housekeeping.failed_jobs(session, running.TASKS[step], run.id) >= RUN_TRIES_MAX:
                    running.give_up(session, run.id, RUN_TRIES_MAX)
                    housekeeping.forget_failed_jobs(session, running.TASKS[step], run.id)
                else:
                    running.start(session, run.id, step, shards=1, author=run.approved_by or run.created_by)

    @app.periodic(cron="*/10 * * * *")
    @app.task(name="resume_deliveries", queue="default", queueing_lock="resume_deliveries")
    def resume_deliveries(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Messages that wait though nothing is queued for them."""
        with tools.begin() as session:
            queue_forgotten_deliveries(session, tools.clock() - timedelta(minutes=30))

    @app.periodic(cron="17 3 * * *")
    @app.task(name="forget_jobs", queue="default", queueing_lock="forget_jobs")
    def forget_jobs(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Finished jobs of last week go, their results stand in our own tables; and messages refused long ago."""
        with tools.begin() as session:
            housekeeping.forget_finished_jobs(session, tools.clock() - timedelta(days=7))
        with tools.begin() as session:
            refused_messages.forget(session, tools.clock() - QUARANTINE_KEPT)


def _batch_jobs(app: procrastinate.App, tools: WorkerTools) -> None:
    @app.task(name=batch_work.TASK, queue=ROWS)
    def work_batch(batch: int) -> None:
        """Check or do the rows of a batch, some in a transaction."""
        worked = 1
        while worked:
            with tools.begin() as session:
                worked = batch_work.work(session, batch, tools.clock())

    @app.periodic(cron="* * * * *")
    @app.task(name="tend_batches", queue="default", queueing_lock="tend_batches")
    def tend_batches(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Batches with rows left get a job if a crash took theirs; old ones go."""
        now = tools.clock()
        with tools.begin() as session:
            for batch_id in batches.unfinished(session):
                batch_work.start(session, batch_id)
            batches.forget(session, now - timedelta(days=90), now - timedelta(days=1))


def _sheet_jobs(app: procrastinate.App, tools: WorkerTools) -> None:
    @app.task(name=sheet_jobs.TASK, queue=ROWS)
    def work_sheet(job: int) -> None:
        """Check or import a large sheet."""
        sheet_jobs.work(tools.begin, job)

    @app.periodic(cron="* * * * *")
    @app.task(name="tend_sheets", queue="default", queueing_lock="tend_sheets")
    def tend_sheets(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Sheets that are not done get a job if a crash took theirs; files of people go after some days."""
        with tools.begin() as session:
            sheet_jobs.resume(session, tools.clock())


def _jobs_about_readings_and_balances(app: procrastinate.App, tools: WorkerTools) -> None:
    @app.periodic(cron="* * * * *")
    @app.task(name="validate", queue=DAYS, queueing_lock="validate", lock="validate")
    def validate(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Days whose readings have changed are made; a day that still gets readings waits for a few more of them."""
        report = validate_dirty(tools.engine, tools.clock, limit=50_000, settle=timedelta(seconds=10))
        for problem in report.problems:
            log.warning("validation: %s", problem)

    @app.periodic(cron=PREPAID_EVERY)
    @app.task(name="prepaid", queue=BALANCES, queueing_lock="prepaid", lock="prepaid")
    def tend_prepaid(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Balances of all prepaid accounts, page by page, each page in a transaction of its own."""
        after = -1
        while after:
            with tools.begin() as session:
                after, _ = prepaid.review_page(session, max(after, 0), tools.clock(), rate_so_far, author="worker")

    @app.periodic(cron="*/10 * * * *")
    @app.task(name="look_back", queue="default", queueing_lock="look_back")
    def look_back(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Readings that changed while their invoice was being issued; payment plans that are kept or broken."""
        now = tools.clock()
        with tools.begin() as session:
            looked_at = housekeeping.last_success(session, "look_back") or now - FIRST_LOOK_BACK
            note_changed_while_issuing(session, min(looked_at, now) - timedelta(hours=1))
        with tools.begin() as session:
            arrangements.review_plans(session, today_of(session, now), author="worker")


def main() -> None:
    """Entry point of `python -m cloud_service.worker`."""
    from cloud_service.flow import mail_relay
    from cloud_service.settings import read_settings
    from cloud_service.store.database.session import connect, refuse_unsafe

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = read_settings()
    engine = connect(settings.database_url, pool_size=JOBS_AT_ONCE)
    refuse_unsafe(engine)

    def mailer() -> Mailer | None:
        with transaction(engine) as session:
            return mail_relay.mailer(session, settings.mail, settings.secret_key)

    tools = WorkerTools(engine, mailer, lambda: datetime.now(UTC), settings.pay_at)
    app = create_worker(tools, settings.database_url)
    with contextlib.suppress(KeyboardInterrupt):
        run_slots(app)
    engine.dispose()


if __name__ == "__main__":
    main()
