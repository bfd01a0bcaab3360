"""Workers of billing runs are killed again and again: one invoice each, no number missing, every amount right.

ENERGY_KILLS, ENERGY_RUN_WORKERS and ENERGY_RUNS set how often, how many work and at how many runs at once (100, 50 and
50 before a release).
"""

import itertools
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.domain.pricing.usage import Total, Usage
from cloud_service.domain.rating.engine import rate
from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_shard
from cloud_service.store.audit.log import verify
from cloud_service.store.database.session import connect, transaction
from cloud_service.store.invoicing.billing_runs import run_of
from cloud_service.store.invoicing.issued_invoice import invoice_with_proof
from cloud_service.store.invoicing.numbers.number_series import gaps
from cloud_service.store.invoicing.run_progress import progress_of
from cloud_service.store.receivables.reconciliation import reconcile
from common.errors import ConflictError
from common.period import Span, intervals_in_day
from tests.books.world import FLAT, ZONE, World, build

KILLS = int(os.environ.get("ENERGY_KILLS", "6"))
WORKERS = int(os.environ.get("ENERGY_RUN_WORKERS", "3"))
RUNS = int(os.environ.get("ENERGY_RUNS", "6"))
SEPTEMBER = Span(date(2026, 9, 1), date(2026, 10, 1))
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER = date(2026, 11, 2)
SHARD = 2  # items, so that there is much to interrupt
DONE = text("SELECT coalesce(sum(CASE state WHEN 'rated' THEN 1 WHEN 'issued' THEN 2 ELSE 0 END), 0) FROM billing_item")


def carry_on(url: str, run_ids: Sequence[int]) -> None:
    """What workers' jobs do, a shard of each run in turn: rate what waits, approve what is rated, issue, report."""
    engine = connect(url)
    left = list(run_ids)
    while left:
        for run_id in list(left):
            with transaction(engine) as session:
                state = run_of(session, run_id).state
            if state == "done":
                left.remove(run_id)
            else:
                a_shard(engine, run_id, state)
                with transaction(engine) as session:
                    running.report(session, run_id)


def a_shard(engine: Engine, run_id: int, state: str) -> None:
    """The next bit of a run."""
    try:
        with transaction(engine) as session:
            if state == "rating":
                rate_shard(session, run_id, SHARD)
            elif state == "rated":
                running.approve(session, run_id, "t")
            else:
                issue_shard(session, run_id, author="t", limit=SHARD)
    except ConflictError:
        assert state == "rated", state  # another worker has approved it in between


def a_world(session: Session, tenants: int, months: Sequence[Span]) -> World:
    world = build(session, tenants=tenants)
    for number, register in enumerate(world.registers):
        for month in months:
            world.readings(register, month, wh=100 + number)
    session.commit()
    return world


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(3600)
def test_a_run_survives_the_death_of_its_workers(session: Session, database_url: str) -> None:
    world = a_world(session, 20 + 4 * KILLS, [OCTOBER])
    run = running.plan(session, RunPlan(world.entity, OCTOBER, NOVEMBER, "t"))
    session.commit()
    worked(session, database_url, [run.id], 2 * len(world.contracts))

    check(world, [OCTOBER])


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(3600)
def test_many_runs_at_once_share_one_series_of_numbers_and_survive_the_death_of_their_workers(
    session: Session, database_url: str
) -> None:
    world = a_world(session, max(RUNS, 20 + 2 * KILLS), [SEPTEMBER, OCTOBER])
    selections = [world.contracts[n :: RUNS // 2] for n in range(RUNS // 2)]
    plans = [
        RunPlan(world.entity, month, NOVEMBER, "t", contract_ids=contracts)
        for contracts, month in itertools.product(selections, [SEPTEMBER, OCTOBER])
    ]
    run_ids = [running.plan(session, plan).id for plan in plans]
    session.commit()
    assert RUNS == len(run_ids)
    worked(session, database_url, run_ids, 4 * len(world.contracts))

    check(world, [SEPTEMBER, OCTOBER])
    assert mixed(session, run_ids) > RUNS  # they were issued by turns, not one after the other


def mixed(session: Session, run_ids: Sequence[int]) -> int:
    """How often the next number belongs to another run than the one before."""
    rows = session.execute(text(
        "SELECT b.billing_run_id AS run FROM invoice i JOIN billing_item b ON b.invoice_id = i.id ORDER BY i.number"
    )).scalars().all()  # fmt: skip
    assert set(run_ids) == set(rows)
    return sum(row != other for row, other in itertools.pairwise(rows))


def worked(session: Session, url: str, run_ids: list[int], steps: int) -> None:
    """All runs are done by workers of which KILLS are killed on the way; nothing is parked."""

    def done() -> int:
        session.rollback()
        return int(session.execute(DONE).scalar_one())

    chaos = Chaos(lambda start: carry_on(url, [*run_ids[start:], *run_ids[:start]]), len(run_ids))
    chaos.drive(done, steps)

    assert KILLS == chaos.kills
    for run_id in run_ids:
        assert ("done", 0) == (run_of(session, run_id).state, progress_of(session, run_id).parked)


def check(world: World, months: Sequence[Span]) -> None:
    """An invoice a tenant and month, gapless, its amount as rating it alone gives it, unchanged; the books hold."""
    session = world.session
    tariff = load_tariff(FLAT)
    rows = session.execute(
        text("SELECT id, number, account_id, lower(during) AS start, total FROM invoice ORDER BY number")
    ).all()
    assert [f"INV-2026-{n:05d}" for n in range(1, len(rows) + 1)] == [row.number for row in rows]
    assert sorted((account, month.start) for account in world.accounts for month in months) == sorted(
        (row.account_id, row.start) for row in rows
    )
    for row in rows:
        month = next(span for span in months if span.start == row.start)
        used = (100 + world.accounts.index(row.account_id)) * sum(intervals_in_day(day, ZONE, 900) for day in month)
        alone = rate(tariff, Usage({"import": Total(used, month.start, month.end)}), month, ZONE)
        assert alone.total == row.total
        assert invoice_with_proof(session, row.id).unchanged
    assert [] == gaps(session, world.entity)
    assert all(proof.agrees for proof in reconcile(session, NOVEMBER))
    assert verify(session).broken_id is None
    assert sum((row.total for row in rows), Decimal(0)) == reconcile(session, NOVEMBER)[0].ledger
    assert len(rows) == session.execute(text("SELECT count(*) FROM delivery")).scalar()


class Chaos:
    """Workers that are killed on the way and started again until the work is done."""

    def __init__(self, work: Callable[[int], None], places: int) -> None:
        self.work, self.places, self.kills = work, places, 0
        self.random = random.Random(5)
        self.context = multiprocessing.get_context("fork")
        self.started = 0

    def drive(self, done: Callable[[], int], steps: int) -> None:
        """Kill KILLS workers, each after as many steps as the one before; who dies of itself fails the test."""
        workers = [self.start() for _ in range(WORKERS)]
        while any(worker.is_alive() for worker in workers):
            if self.kills < KILLS and done() * (KILLS + 1) >= steps * (self.kills + 1):
                victim = self.random.choice([worker for worker in workers if worker.is_alive()])
                os.kill(victim.pid or 0, signal.SIGKILL)
                victim.join()
                self.kills += 1
                workers[workers.index(victim)] = self.start()
            time.sleep(0.01)
        assert {0} == {worker.exitcode for worker in workers}

    def start(self) -> multiprocessing.process.BaseProcess:
        """A fresh worker; each begins with another run."""
        worker = self.context.Process(target=self.work, args=(self.started % self.places,))
        self.started += 1
        worker.start()
        return worker
