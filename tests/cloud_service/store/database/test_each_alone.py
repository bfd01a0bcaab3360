"""What raises is put aside alone; what went well stays, and a database that is away is nobody's fault."""

from collections.abc import Sequence

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.each_alone import each_alone
from cloud_service.store.database.errors import fault_of


def kept(session: Session, bad: dict[int, Exception | str], items: Sequence[int] = range(9)) -> list[str]:
    """Squares of numbers, written down; `bad` ones raise an error or run a statement."""

    def work(some: Sequence[int]) -> list[str]:
        for item in some:
            session.execute(text("INSERT INTO kept VALUES (:item)"), {"item": item})
            fault = bad.get(item)
            if isinstance(fault, Exception):
                raise fault
            if fault:
                session.execute(text(fault))
        return [str(item * item) for item in some]

    return each_alone(session, items, work, lambda item, error: [f"{item}: {fault_of(error)}"])


@pytest.fixture
def table(session: Session) -> Session:
    session.execute(text("CREATE TEMP TABLE kept (number INTEGER)"))
    return session


def test_the_others_go_on_whatever_one_raises(table: Session) -> None:
    outcomes = kept(table, {2: RuntimeError("ours"), 7: "SELECT 1 / 0"})

    assert ["0", "1", "2: something went wrong here (RuntimeError: ours); the log has more", "9", "16"] == outcomes[:5]
    assert "7: division by zero" == outcomes[7]
    assert [0, 1, 3, 4, 5, 6, 8] == list(table.execute(text("SELECT number FROM kept ORDER BY 1")).scalars())


def test_nothing_to_do_is_nothing_done(table: Session) -> None:
    assert [] == kept(table, {}, [])


def test_a_deadlock_is_nobody_s_fault(table: Session) -> None:
    with pytest.raises(psycopg.errors.DeadlockDetected):
        kept(table, {3: psycopg.errors.DeadlockDetected("deadlock detected")})


def test_what_the_database_would_refuse_at_the_commit_is_put_aside_too(session: Session) -> None:
    session.execute(text("CREATE TEMP TABLE kept (number INTEGER UNIQUE DEFERRABLE INITIALLY DEFERRED)"))

    outcomes = kept(session, {5: "INSERT INTO kept VALUES (1)"})
    session.commit()

    assert "duplicate key value" in outcomes[5]
    assert 8 == session.execute(text("SELECT count(*) FROM kept")).scalar_one()
