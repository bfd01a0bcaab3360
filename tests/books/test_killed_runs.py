"""Workers of one billing run are killed again and again: one invoice each, no number missing, every amount right.

ENERGY_KILLS and ENERGY_RUN_WORKERS set how often and how many (100 and 50 before a release).
"""

import multiprocessing
import os
import random
import signal
import time
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating import rate
from cloud_service.domain.tariff import load_tariff
from cloud_service.domain.usage import Total, Usage
from cloud_service.flow import run as running
from cloud_service.flow.run import Plan
from cloud_service.store.auditing import verify
from cloud_service.store.bill import whole_bill
from cloud_service.store.numbers import gaps
from cloud_service.store.reports import reconcile
from cloud_service.store.runs import progress_of, run_of
from common.period import Span
from tests.books.world import FLAT, ZONE, World, build

KILLS = int(os.environ.get("ENERGY_KILLS", "6"))
WORKERS = int(os.environ.get("ENERGY_RUN_WORKERS", "3"))
TENANTS = 20 + 4 * KILLS
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER = date(2026, 11, 2)


def work(url: str, run_id: int, step: str) -> None:
    """What a worker's job does, in small shards so that there is much to interrupt."""
    from cloud_service.flow.issue import issue_shard
    from cloud_service.flow.rate import rate_shard
    from cloud_service.store.session import connect, transaction

    engine = connect(url)
    worked = 1
    while worked:
        with transaction(engine) as session:
            worked = rate_shard(session, run_id, 2) if step == "rate" else issue_shard(
                session, run_id, author="t", limit=2
            )  # fmt: skip


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=TENANTS)
    for number, register in enumerate(world.registers):
        world.readings(register, OCTOBER, wh=100 + number)
    session.commit()
    return world


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(1800)
def test_a_run_survives_the_death_of_its_workers(world: World, database_url: str) -> None:
    session = world.session
    run = running.plan(session, Plan(world.entity, OCTOBER, NOVEMBER, "t"))
    session.commit()
    chaos = Chaos(database_url, run.id)
    left = chaos.drive(session, "rate", KILLS // 2)
    running.report(session, run.id)
    running.approve(session, run.id, "t")
    session.commit()
    left = chaos.drive(session, "issue", KILLS - KILLS // 2 + left)
    running.report(session, run.id)
    session.commit()

    assert (TENANTS, 0) == (progress_of(session, run.id).issued, progress_of(session, run.id).parked)
    assert "done" == run_of(session, run.id).state
    assert chaos.kills > 0
    check(world)
    assert left < KILLS


def check(world: World) -> None:
    """One invoice a tenant, gapless, its amount as rating one alone gives it, unchanged; books and audit hold."""
    session = world.session
    tariff = load_tariff(FLAT)
    rows = session.execute(text("SELECT id, number, account_id, total FROM invoice ORDER BY number")).all()
    assert [f"INV-2026-{n:05d}" for n in range(1, TENANTS + 1)] == [row.number for row in rows]
    assert sorted(world.accounts) == sorted(row.account_id for row in rows)
    for row in rows:
        place = world.accounts.index(row.account_id)
        used = (100 + place) * (30 * 96 + 100)
        alone = rate(tariff, Usage({"import": Total(used, OCTOBER.start, OCTOBER.end)}), OCTOBER, ZONE)
        assert alone.total == row.total
        assert whole_bill(session, row.id).unchanged
    assert [] == gaps(session, world.entity)
    assert all(one.agrees for one in reconcile(session, NOVEMBER))
    assert verify(session).broken_id is None
    assert sum((row.total for row in rows), Decimal(0)) == reconcile(session, NOVEMBER)[0].ledger
    assert TENANTS == session.execute(text("SELECT count(*) FROM delivery")).scalar()


class Chaos:
    """Workers that are killed at random moments and started again until the work is done."""

    def __init__(self, url: str, run_id: int) -> None:
        self.url, self.run_id, self.kills = url, run_id, 0
        self.random = random.Random(5)
        self.context = multiprocessing.get_context("fork")

    def drive(self, session: Session, step: str, kills: int) -> int:
        """Kill at most so often, then let the work finish; how many kills were left over."""
        workers = [self.start(step) for _ in range(WORKERS)]
        waiting = "waiting" if step == "rate" else "rated"
        while getattr(progress_of(session, self.run_id), waiting):
            session.rollback()
            time.sleep(self.random.uniform(0, 0.15))
            place = self.random.randrange(WORKERS)
            if kills > 0 and workers[place].is_alive():
                os.kill(workers[place].pid or 0, signal.SIGKILL)
                kills -= 1
                self.kills += 1
            for n, worker in enumerate(workers):
                if not worker.is_alive():
                    workers[n] = self.start(step)
        session.rollback()
        for worker in workers:
            worker.join()
        return kills

    def start(self, step: str) -> multiprocessing.process.BaseProcess:
        """A fresh worker."""
        worker = self.context.Process(target=work, args=(self.url, self.run_id, step))
        worker.start()
        return worker
