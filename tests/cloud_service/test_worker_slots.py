"""No queue waits for what another one does: a relay that hangs, a run that lasts."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.store.database import job_queue
from cloud_service.worker_slots import SLOTS

PATIENCE_S = 120
WORKER = """
import sys, threading
from datetime import UTC, datetime
from cloud_service.store.database.session import connect
from cloud_service.worker import WorkerTools, create_worker
from cloud_service.worker_slots import run_slots

def hanging():
    threading.Event().wait()

app = create_worker(WorkerTools(connect(sys.argv[1]), hanging, lambda: datetime.now(UTC), ""), sys.argv[1])

@app.task(name="endless", queue="runs")
def endless():
    hanging()

run_slots(app)
"""


@pytest.fixture
def worker(session: Session, database_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process with letters and runs that never end, and all else to do beside."""
    for _ in range(2 * max(SLOTS.values())):
        job_queue.defer(session, "deliver", {"deliveries": [1]}, queue="deliver")
        job_queue.defer(session, "endless", {}, queue="runs")
    job_queue.defer(session, "validate", {"timestamp": 0}, queue="validate")
    job_queue.defer(session, "prepaid", {"timestamp": 0}, queue="prepaid")
    job_queue.defer(session, "tend_batches", {"timestamp": 0})
    job_queue.defer(session, "work_sheet", {"job": 0}, queue="batches")
    session.commit()
    process = subprocess.Popen([sys.executable, "-c", WORKER, database_url])
    yield process
    process.kill()
    process.wait()


@pytest.mark.slow
@pytest.mark.processes
def test_a_relay_that_hangs_and_runs_that_never_end_stop_nothing_else(
    worker: subprocess.Popen[bytes], engine: Engine
) -> None:
    ended: set[str] = set()
    until = time.monotonic() + PATIENCE_S
    while not {"validate", "prepaid", "tend_batches", "work_sheet"} <= ended and time.monotonic() < until:
        assert worker.poll() is None
        time.sleep(0.2)
        with engine.connect() as connection:
            jobs = connection.execute(text("SELECT DISTINCT task_name, status::text FROM procrastinate_jobs"))
            ended = {job.task_name for job in jobs if job.status in ("succeeded", "failed")}

    assert {"validate", "prepaid", "tend_batches", "work_sheet"} <= ended
    assert not {"deliver", "endless"} & ended


ENDING = WORKER.replace("hanging()\n\nrun_slots", "import time; time.sleep(3)\n\nrun_slots")


@pytest.mark.slow
@pytest.mark.processes
def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun_and_says_so(
    session: Session, engine: Engine, database_url: str
) -> None:
    job_queue.defer(session, "endless", {}, queue="runs")
    session.commit()
    process = subprocess.Popen([sys.executable, "-c", ENDING, database_url], stderr=subprocess.PIPE)
    until = time.monotonic() + PATIENCE_S
    while status_of(engine, "endless") != "doing" and time.monotonic() < until:
        time.sleep(0.1)
    process.terminate()
    _, complaints = process.communicate(timeout=PATIENCE_S)

    assert ("succeeded", 0) == (status_of(engine, "endless"), process.returncode)
    assert b"Traceback" not in complaints


def status_of(engine: Engine, task: str) -> str:
    with engine.connect() as connection:
        query = text("SELECT status::text FROM procrastinate_jobs WHERE task_name = :task")
        return str(connection.execute(query, {"task": task}).scalar_one())
