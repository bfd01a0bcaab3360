"""The books after any mix of operations. ENERGY_BOOK_OPERATIONS sets how many (1,000,000 before a release).

They are spread over books of BOOK operations, a database and a seed each, that ENERGY_BOOK_WORKERS processes work at.
"""

import gc
import itertools
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from cloud_service.store.audit.log import verify
from cloud_service.store.database.session import connect
from cloud_service.store.invoicing.numbers.number_series import gaps
from tests.books.model import Model
from tests.books.operations import Driver
from tests.books.proof import Books
from tests.books.world import World, build
from tests.conftest import with_database

OPERATIONS = int(os.environ.get("ENERGY_BOOK_OPERATIONS", "1200"))
WORKERS = int(os.environ.get("ENERGY_BOOK_WORKERS", "1"))
SEED = int(os.environ.get("ENERGY_BOOK_SEED", "20261122"))
BOOK = 5_000
BATCH = 1000  # operations on one set of accounts; then fresh ones, so that histories stay as long as real ones
CHECK_ALL_EVERY = 250
STATEMENTS = 500  # kept prepared
EVERY = {
    "bill", "pay", "pay_as_told", "event", "again", "refund", "chargeback", "payout", "deposit", "release", "credit",
    "write_off",
}  # fmt: skip


@dataclass(frozen=True)
class Book:
    """One database's share of the operations."""

    url: str  # of the server
    seed: int
    operations: int


@pytest.mark.slow
@pytest.mark.timeout(max(300, OPERATIONS // 10))
def test_the_books_balance_after_each_of_many_random_operations(postgres_url: str) -> None:
    books = [
        Book(postgres_url, SEED + number, min(BOOK, OPERATIONS - start))
        for number, start in enumerate(range(0, OPERATIONS, BOOK))
    ]
    done: Counter[str] = Counter()
    started = time.monotonic()
    for count in worked(books):
        done.update(count)
        print(f"{done.total()} operations, {done.total() / (time.monotonic() - started):.0f}/s", file=sys.stderr)
    print(dict(done), file=sys.stderr)

    assert OPERATIONS == done.total()
    assert EVERY <= set(done)


def worked(books: list[Book]) -> Iterator[Counter[str]]:
    """What was done in each book, as they are finished; the first that does not hold ends it."""
    if WORKERS == 1:
        yield from map(work, books)
        return
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool:
        try:
            yield from pool.map(work, books)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def work(book: Book) -> Counter[str]:
    """All operations of a book on a database of its own; how many of each kind."""
    gc.freeze()
    gc.set_threshold(50_000)
    name = f"book_{book.seed}"
    with psycopg.connect(book.url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE migrated STRATEGY FILE_COPY")
        # Crashes and their recovery are other tests' matter; this one is about sums.
        owner.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        # Plans as of large books, made once: those of the first, empty tables would be scans.
        owner.execute(f"ALTER DATABASE {name} SET plan_cache_mode = force_generic_plan")
        owner.execute(f"ALTER DATABASE {name} SET enable_seqscan = off")
    engine = connect(with_database(book.url, name))
    with engine.connect() as connection, Session(connection, expire_on_commit=False) as session:
        keep_prepared(connection)
        done = drive(build(session), book)
    engine.dispose()
    with psycopg.connect(book.url, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
    return done


def keep_prepared(connection: Connection) -> None:
    """Parse and plan each statement once; psycopg forgets them at a rollback, in case that took a table with it."""
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    driver.prepared_max = STATEMENTS
    driver._prepared.clear = lambda: False  # type: ignore[method-assign]


def drive(world: World, book: Book) -> Counter[str]:
    """Operations in batches; numbers, audit chain and all sums hold in the end."""
    done: Counter[str] = Counter()
    model, books = Model(), Books()
    for batch in itertools.takewhile(lambda start: start < book.operations, itertools.count(0, BATCH)):
        add_tenants(world, batch)
        driver = Driver(world, model, books, seed=book.seed * 1_000_003 + batch, number=batch)
        with telling(book, driver):
            for number in range(min(BATCH, book.operations - batch)):
                driver.step()
                if number % CHECK_ALL_EVERY == 0:
                    driver.check_all()
            driver.check_all()
        done.update(driver.done)
        done["refused"] += driver.refused
    assert [] == gaps(world.session, world.entity)
    assert verify(world.session).broken_id is None
    assert model.numbers.total() == world.session.execute(text("SELECT count(*) FROM invoice")).scalar()
    return done


@contextmanager
def telling(book: Book, driver: Driver) -> Iterator[None]:
    """Say what was done, and how to do it again, where the books do not hold."""
    try:
        yield
    except Exception:
        again = f"ENERGY_BOOK_SEED={book.seed} ENERGY_BOOK_OPERATIONS={book.operations}"
        print("broken, again with", again, *driver.told, sep="\n", file=sys.stderr, flush=True)
        raise


def add_tenants(world: World, batch: int) -> None:
    """Some accounts for a batch, named apart from those of others."""
    world.contracts, world.accounts, world.registers = [], [], []
    world.serial = batch
    for _ in range(25):
        world.tenant()
    world.session.commit()
