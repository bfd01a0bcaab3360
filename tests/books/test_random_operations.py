"""The books after any mix of operations. ENERGY_BOOK_OPERATIONS sets how many (1,000,000 before a release)."""

import os
import sys
import time

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.store.auditing import verify
from cloud_service.store.numbers import gaps
from tests.books.operations import Driver
from tests.books.world import build

OPERATIONS = int(os.environ.get("ENERGY_BOOK_OPERATIONS", "800"))
SEED = int(os.environ.get("ENERGY_BOOK_SEED", "20261122"))
CHECK_ALL_EVERY = 200
BATCH = 1000  # operations on one set of accounts; then fresh ones, so that histories stay as long as real ones


@pytest.mark.slow
@pytest.mark.timeout(max(300, OPERATIONS // 10))
def test_the_books_balance_after_each_of_many_random_operations(session: Session, engine: Engine) -> None:
    done: dict[str, int] = {}
    refused = 0
    session.execute(text("SET synchronous_commit = off"))  # crashes are other tests' matter; this one is about sums
    session.commit()
    started = time.monotonic()
    world = build(session)
    for batch in range(0, OPERATIONS, BATCH):
        world.contracts, world.accounts, world.registers = [], [], []
        add_tenants(world, batch)
        driver = Driver(world, SEED + batch, batch)
        for number in range(min(BATCH, OPERATIONS - batch)):
            driver.step()
            if number % CHECK_ALL_EVERY == 0:
                driver.check_all()
        driver.check_all()
        refused += driver.refused
        for name, count in driver.done.items():
            done[name] = done.get(name, 0) + count
        pace = min(batch + BATCH, OPERATIONS) / (time.monotonic() - started)
        print(f"{min(batch + BATCH, OPERATIONS)} operations, {pace:.0f}/s", file=sys.stderr)

    assert [] == gaps(session, world.entity)
    assert verify(session).broken_id is None
    assert OPERATIONS == sum(done.values()) + refused
    assert {name for _, operation in driver.operations for name in [operation.__name__]} - {"roll_back"} <= set(done)


def add_tenants(world: object, batch: int) -> None:
    """Some accounts for a batch, named apart from those of others."""
    from tests.books.world import World

    assert isinstance(world, World)
    world.serial = batch
    for _ in range(25):
        world.tenant()
