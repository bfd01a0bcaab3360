from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_service.mail.sink import controller
from common.errors import ConflictError, InputError, NotFoundError
from deploy.bench.free_port import free_port
from tests.cloud_service.cli.commands import call, printed, refusal

NAMES = ("SMTP_HOST", "SMTP_PORT", "SMTP_PORT_FILE")


@pytest.fixture(autouse=True)
def _installation(named_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def sink_port(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    server = controller(tmp_path / "mails", "127.0.0.1", port)
    server.start()
    yield port
    server.stop()


def test_a_relay_is_set_tried_shown_and_forgotten(sink_port: int, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("open sesame\n")
    relay = ("--host", "127.0.0.1", "--port", str(sink_port), "--security", "none", "--from", "bills@kilo.example")

    assert {"host": "127.0.0.1", "letters_sent_now": 0} == call("mail", "set", *relay)
    assert "250 Kept" == call("mail", "test", "me@kilo.example")["replies"][-1]
    assert 1 == len(list((tmp_path / "mails").glob("*.eml")))
    printed("mail", "set", *relay, "--username", "bills", "--password-file", str(password))
    shown = call("mail", "show")
    assert ("bills", "here", sink_port, 0) == (
        shown["username"], shown["set_by"], shown["port"], shown["letters_waiting"],
    )  # fmt: skip
    assert "sesame" not in str(shown)
    call("mail", "forget")
    assert "no mail relay is set" in printed("mail", "show")
    assert isinstance(refusal("mail", "test", "me@kilo.example"), NotFoundError)


def test_the_environment_wins(sink_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PORT", str(sink_port))

    assert isinstance(refusal("mail", "set", "--host", "x", "--from", "a@b.c"), ConflictError)
    assert "environment" == call("mail", "show")["set_by"]
    assert f"127.0.0.1:{sink_port}" == call("mail", "test", "me@kilo.example")["relay"]


def test_an_empty_password_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    words = ("mail", "set", "--host", "x", "--from", "a@b.c", "--password-file", str(tmp_path / "empty"))

    assert isinstance(refusal(*words), InputError)
