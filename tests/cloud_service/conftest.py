"""The console's small operator, built once; each test looks at it in a transaction that is rolled back."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.store.database.session import connect, transaction
from cloud_service.store.scope import Scope
from tests.cloud_service.web.operator_rows import Operator, build
from tests.conftest import with_database


@pytest.fixture(scope="session")
def built_operator(postgres_url: str) -> Iterator[tuple[Engine, Operator]]:
    """An engine on a database with the operator in it."""
    import argon2

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE operator_to_look_at TEMPLATE migrated STRATEGY FILE_COPY")
    engine = connect(with_database(postgres_url, "operator_to_look_at"))
    patch = pytest.MonkeyPatch()  # Argon2 at its real cost takes a tenth of a second for each of the people
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr(argon2, "PasswordHasher", lambda **_cost: quick)
    with transaction(engine) as session:
        operator = build(session)
    patch.undo()
    yield engine, operator
    engine.dispose()


@dataclass
class Office:
    """A session on the operator's database with its public ids; `kilo` and `zeta` are its legal entities."""

    session: Session
    operator: Operator
    kilo: Scope
    zeta: Scope
    amina: Scope  # a customer


@pytest.fixture
def office(built_operator: tuple[Engine, Operator]) -> Iterator[Office]:
    engine, operator = built_operator
    with Session(engine, expire_on_commit=False) as session:
        kilo, zeta = session.execute(text("SELECT id FROM legal_entity ORDER BY name")).scalars()
        amina = frozenset({operator.ids["client Amina"]})
        yield Office(
            session, operator, Scope(frozenset({kilo})), Scope(frozenset({zeta})), Scope(frozenset({kilo}), amina)
        )
        session.rollback()
