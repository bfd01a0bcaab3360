import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cloud_service.app import create_app
from cloud_service.cli import cloud
from cloud_service.settings import read_settings
from common.errors import ConflictError, InputError, NotFoundError


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line of an installation with an empty database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("PUBLIC_URL", "http://bills.example")

    def call(*words: str, feed: str = "") -> Result:
        return CliRunner().invoke(cloud, ["user", *words], input=feed, catch_exceptions=True)

    return call


def test_the_first_administrator_comes_in_by_a_one_time_link(run: Any) -> None:
    done = run("add", "mary@example.com", "--name", "Mary", "--role", "admin", "--json")
    link = json.loads(done.stdout)["link"]
    app = create_app(read_settings())
    try:
        page = app.test_client().get(link.removeprefix("http://bills.example"))
    finally:
        app.extensions["engine"].dispose()

    assert 0 == done.exit_code
    assert link.startswith("http://bills.example/link/")
    assert "Choose a password" in page.text


def test_a_password_may_come_by_standard_input_and_is_never_printed(run: Any) -> None:
    done = run("add", "mary@example.com", "--role", "admin", "--password-stdin", feed="four quiet words here\n")

    assert 0 == done.exit_code
    assert "quiet" not in done.output


def test_a_password_may_come_from_a_file_and_is_never_printed(run: Any, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("four quiet words here\n")
    done = run("add", "mary@example.com", "--role", "admin", "--password-file", str(tmp_path / "password"), "--json")

    assert {"email": "mary@example.com", "role": "admin"} == json.loads(done.stdout)


@pytest.mark.parametrize(
    ("content", "more", "why"),
    [
        (None, (), "cannot be read"),
        (b"", (), "holds no password"),
        (b"\nfour quiet words here", (), "holds no password"),
        (b"\xff\xfe", (), "cannot be read"),
        (b"four quiet words here", ("--password-stdin",), "from one place"),
        (b"short", (), "12"),
    ],
)
def test_a_file_without_a_password_adds_nobody(
    run: Any, tmp_path: Path, content: bytes | None, more: tuple[str, ...], why: str
) -> None:
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)
    done = run("add", "mary@example.com", "--role", "admin", "--password-file", str(path), *more)

    assert isinstance(done.exception, InputError)
    assert why in str(done.exception)
    assert [] == json.loads(run("list", "--json").stdout)


def test_what_cannot_be_is_refused_with_its_reason(run: Any) -> None:
    run("add", "mary@example.com", "--role", "admin")

    assert isinstance(run("add", "MARY@example.com", "--role", "admin").exception, ConflictError)
    assert isinstance(run("add", "nobody", "--role", "admin").exception, InputError)
    assert isinstance(run("add", "c@example.com", "--role", "client").exception, InputError)
    assert isinstance(run("add", "c@example.com", "--role", "client", "--client", "C-9").exception, NotFoundError)
    assert isinstance(
        run("add", "s@example.com", "--role", "admin", "--password-stdin", feed="short\n").exception, InputError
    )
    assert isinstance(run("link", "x@example.com").exception, NotFoundError)


def test_the_list_says_who_may_come_in_and_who_is_kept_out(run: Any) -> None:
    run("add", "mary@example.com", "--name", "Mary", "--role", "auditor")
    run("disable", "mary@example.com")

    listed = json.loads(run("list", "--json").stdout)
    assert [{"email": "mary@example.com", "name": "Mary", "roles": ["auditor"], "active": False}] == listed
    assert "(kept out)" in run("list").stdout


def test_the_first_link_is_printed_until_there_is_an_administrator(run: Any) -> None:
    link = json.loads(run("first", "--json").stdout)["link"]
    run("add", "mary@example.com", "--role", "admin")

    assert link.startswith("http://bills.example/first#")
    assert isinstance(run("first").exception, ConflictError)
