"""A worker that is killed while it sends: every bill arrives, and a repeated one is the very same letter."""

import subprocess
import sys
import time
from collections import Counter
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.mail.sink import controller
from common.period import Span
from deploy.bench.free_port import free_port
from tests.books.world import build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
BILLS = 12
KILLS = 3
WORKER = """
import sys
from datetime import UTC, datetime
from cloud_service.flow import deliver
from cloud_service.mail import SmtpMailer
from cloud_service.settings import MailSettings
from cloud_service.store.database.session import connect, transaction
from cloud_service.store.delivery import outgoing

engine = connect(sys.argv[1])
with transaction(engine) as session:
    ids = outgoing.waiting_ids(session)
mailer = SmtpMailer(MailSettings(port=int(sys.argv[2])))
deliver.deliver(lambda: transaction(engine), ids, mailer, lambda: datetime.now(UTC), public_url="")
"""


@pytest.mark.slow
@pytest.mark.processes
def test_every_bill_arrives_though_the_worker_is_killed_again_and_again(
    session: Session, database_url: str, tmp_path: Path
) -> None:
    world = build(session, tenants=BILLS)
    for register in world.registers:
        world.readings(register, OCTOBER)
    rated = [outcome.rated for outcome in rate_contracts(session, world.contracts, OCTOBER) if outcome.rated]
    issue(session, rated, bill_date=date(2026, 11, 2), author="test")
    session.commit()
    port = free_port()
    sink = controller(tmp_path, "127.0.0.1", port)
    sink.start()
    command = [sys.executable, "-c", WORKER, database_url, str(port)]
    for kill in range(KILLS):
        worker = subprocess.Popen(command)
        wait_for_letters(tmp_path, (kill + 1) * BILLS // (KILLS + 1), worker)
        worker.kill()
        worker.wait()
    subprocess.run(command, check=True, timeout=120)
    sink.stop()
    arrived = Counter(message_from_bytes(file.read_bytes(), policy=default)["Message-ID"] for file in letters(tmp_path))
    known = set(session.execute(text("SELECT message_id FROM delivery")).scalars())

    assert known == set(arrived)
    assert sum(arrived.values()) - BILLS <= KILLS  # at most the one that was under way at each kill
    assert {"sent"} == set(session.execute(text("SELECT state FROM delivery")).scalars())


def letters(folder: Path) -> list[Path]:
    return list(folder.glob("*.eml"))


def wait_for_letters(folder: Path, count: int, worker: "subprocess.Popen[bytes]") -> None:
    for _ in range(1200):
        if len(letters(folder)) >= count or worker.poll() is not None:
            return
        time.sleep(0.05)
    raise AssertionError("the worker sends nothing")
