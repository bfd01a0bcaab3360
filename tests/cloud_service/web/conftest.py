"""The console on a small operator: a shared one for tests that only look, a copy for those that change something."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cloud_service.app import create_app
from cloud_service.settings import Settings
from cloud_service.store.database.session import connect, transaction
from tests.cloud_service.web.operator_rows import NOW, PASSWORD, Operator, build
from tests.cloud_service.web.shop import Shop, open_shop
from tests.conftest import with_database

_addresses = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Argon2 at its real cost takes a tenth of a second for each of the operator's people."""
    import argon2

    patch = pytest.MonkeyPatch()
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr(argon2, "PasswordHasher", lambda **_cost: quick)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def operator_database(postgres_url: str) -> tuple[str, Operator]:
    """A database with the operator in it, to be copied."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE operator TEMPLATE migrated STRATEGY WAL_LOG")
    engine = connect(with_database(postgres_url, "operator"))
    with transaction(engine) as session:
        operator = build(session)
    engine.dispose()
    return "operator", operator


def copy_of(postgres_url: str, template: str, name: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY WAL_LOG")
    return with_database(postgres_url, name)


class ReadingClient(FlaskClient):
    """A visitor who takes in each answer to its end, as browsers do: a streamed one holds its session until then."""

    def open(self, *arguments: Any, buffered: bool = True, **options: Any) -> Any:
        """Send a request."""
        return super().open(*arguments, buffered=buffered, **options)


@dataclass
class Console:
    """The application with its operator; `ids` are the public ids by name."""

    app: Flask
    engine: Engine
    ids: dict[str, Any]
    signed_in: dict[str, FlaskClient] | None = None  # who is signed in already, where nothing is changed

    def visitor(self) -> FlaskClient:
        """Somebody who has not signed in, from an address of their own: tries are counted by address."""
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = (
            f"10.{next(_addresses) % 250}.{next(_addresses) % 250}.{next(_addresses) % 250}"
        )
        return client

    def sign_in(self, who: str = "admin", domain: str = "kilo.example") -> FlaskClient:
        """Somebody who has: admin, billing, support, auditor of Kilo; root; amina, zoe of the portal."""
        if self.signed_in is not None and who in self.signed_in:
            return self.signed_in[who]
        client = self.visitor()
        email = f"{who}@{domain}" if who in ("admin", "billing", "support", "auditor") else f"{who}@example.com"
        answer = post(client, "/sign-in", "/sign-in", email=email, password=PASSWORD)
        assert answer.status_code == 302, answer.text
        if self.signed_in is not None:
            self.signed_in[who] = client
        return client


def token(page: str) -> str:
    """The CSRF token of the first form of a page."""
    return page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]


def post(client: FlaskClient, form_at: str, to: str, **fields: Any) -> Any:
    """Send a form as a browser would: with the token of the page it stands on."""
    page = client.get(form_at).text
    return client.post(
        to, data={"csrf_token": token(page), **fields}, headers={"Referer": f"http://localhost{form_at}"}
    )


def enter(client: FlaskClient, email: str, password: str) -> int:
    """Try to sign in; the status of the answer: 302 lets in, 200 is the form again."""
    return int(post(client, "/sign-in", "/sign-in", email=email, password=password).status_code)


def console_on(url: str, ids: dict[str, Any]) -> Console:
    """The application on a database, with its clock standing still."""
    engine = connect(url)
    app = create_app(
        Settings(
            database_url=url, owner_url=url, secret_key="k" * 40, public_url="http://localhost", demo=True,
            payment_provider="simulated", payment_secret="s" * 32, payment_webhook_secret="w" * 32,
        ),
        engine,
    )  # fmt: skip
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, CLOCK=lambda: NOW)
    app.test_client_class = ReadingClient
    return Console(app, engine, ids)


@pytest.fixture(scope="session")
def _shared_console(postgres_url: str, operator_database: tuple[str, Operator]) -> Iterator[Console]:
    console = console_on(copy_of(postgres_url, operator_database[0], "looked_at"), operator_database[1].ids)
    console.signed_in = {}
    yield console
    console.engine.dispose()


@pytest.fixture
def console(_shared_console: Console) -> Console:
    """The operator that is only looked at."""
    return _shared_console


@pytest.fixture
def fresh(postgres_url: str, operator_database: tuple[str, Operator]) -> Iterator[Console]:
    """An operator of the test's own."""
    console = console_on(copy_of(postgres_url, operator_database[0], "changed"), operator_database[1].ids)
    yield console
    console.engine.dispose()


@pytest.fixture
def admin(console: Console) -> FlaskClient:
    """An administrator of Kilo, looking."""
    return console.sign_in("admin")


@pytest.fixture
def console_root(console: Console) -> FlaskClient:
    """An administrator of all entities, looking."""
    return console.sign_in("root")


@pytest.fixture
def shop(session: Session, engine: Engine, tmp_path: Path) -> Iterator[Shop]:
    """A shop of the test's own."""
    yield from open_shop(session, engine, tmp_path)
