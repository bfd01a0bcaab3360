"""The page of the first link: from an empty database to a signed-in administrator."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.flow.first_administrator import offer_link
from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, console_on, post
from tests.cloud_service.web.operator_rows import NOW

WORDS = "four quiet words here"


@pytest.fixture
def empty(database_url: str) -> Iterator[Console]:
    """An installation in which nobody can sign in."""
    console = console_on(database_url, {})
    yield console
    console.engine.dispose()


def offered(console: Console) -> str:
    with transaction(console.engine) as session:
        return offer_link(session, NOW, actor="test")


def come(client: FlaskClient, code: str, **change: str) -> Any:
    fields = {"name": "Mary", "email": "mary@example.com", "password": WORDS, "password_again": WORDS}
    return post(client, "/first", "/first", code=code, **fields | change)


def test_who_has_the_code_becomes_administrator_and_is_signed_in(empty: Console) -> None:
    client = empty.visitor()
    answer = come(client, offered(empty))

    assert (302, "/setup") == (answer.status_code, answer.location)
    assert 200 == client.get("/setup").status_code
    assert 200 == client.get("/users").status_code
    assert "mary@example.com" in client.get("/users").text
    assert "Begin with your company" in client.get("/today").text


def test_a_wrong_code_is_refused_and_shown_to_nobody_again(empty: Console) -> None:
    offered(empty)
    answer = come(empty.visitor(), "wrong-code-of-somebody")

    assert 403 == answer.status_code
    assert "This code is used, too old or not of this installation" in answer.text
    assert "wrong-code-of-somebody" not in answer.text


def test_what_is_wrong_stands_at_its_field_and_no_password_comes_back(empty: Console) -> None:
    code = offered(empty)
    client = empty.visitor()
    answer = come(client, code, password_again="other words entirely")

    assert 400 == answer.status_code
    assert 'id="password_again-faults"' in answer.text
    assert WORDS not in answer.text
    assert 302 == come(client, code).status_code


def test_once_there_is_an_administrator_the_page_is_gone(empty: Console) -> None:
    code = offered(empty)
    assert "no administrator yet" in empty.visitor().get("/sign-in").text
    come(empty.visitor(), code)

    assert "/sign-in" == empty.visitor().get("/first").location
    assert "no administrator yet" not in empty.visitor().get("/sign-in").text
    assert 403 == _post_past_the_page(empty, code).status_code
    with empty.engine.connect() as connection:
        assert 1 == connection.execute(text("SELECT count(*) FROM app_user")).scalar()


def _post_past_the_page(console: Console, code: str) -> Any:
    fields = {"name": "Eve", "email": "eve@example.com", "password": WORDS, "password_again": WORDS}
    return post(console.visitor(), "/sign-in", "/first", code=code, **fields)


def test_codes_cannot_be_tried_out(empty: Console) -> None:
    client = empty.visitor()

    assert 429 in [come(client, f"guess-{n}").status_code for n in range(12)]
