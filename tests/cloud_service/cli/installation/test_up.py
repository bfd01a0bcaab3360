"""`up` and `demo` refuse to run an installation twice; the scenarios run them for real."""

import json
from pathlib import Path

import pytest

from cloud_service.cli.installation.up import _first_link, _say, _welcome, has_screen
from cloud_service.local import machine
from cloud_service.local.stack import Stack
from cloud_service.store.database.session import Engine, transaction
from cloud_service.store.identity.users import add_user
from common.errors import ConflictError
from tests.cloud_service.cli.commands import refusal


@pytest.mark.parametrize("command", ["up", "demo"])
def test_an_installation_that_runs_is_not_started_again(command: str, tmp_path: Path) -> None:
    with machine.locked(tmp_path):
        refused = refusal(command, "--data-dir", str(tmp_path), "--check")

    assert isinstance(refused, ConflictError)
    assert str(tmp_path) == refused.path
    assert [] == list(tmp_path.glob("logs/*"))


@pytest.fixture
def stack(tmp_path: Path, database_url: str) -> Stack:
    """An installation with an empty database."""
    return Stack(tmp_path, {}, {"DATABASE_URL": database_url, "PUBLIC_URL": "http://127.0.0.1:8000"})


def test_a_start_offers_a_new_link_while_there_is_no_administrator(stack: Stack, engine: Engine) -> None:
    links = {_first_link(stack), _first_link(stack)}
    with transaction(engine) as session:
        add_user(session, email="mary@example.com", name="Mary", role="admin", actor="test")

    assert 2 == len(links)
    assert all(link.startswith("http://127.0.0.1:8000/first#") for link in links)
    assert "" == _first_link(stack)


def test_the_link_is_opened_where_there_is_a_screen(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("cloud_service.cli.installation.up.has_screen", lambda: True)

    _welcome(stack, browser=False)
    assert [] == opened
    _welcome(stack, browser=True)

    assert [f"first administrator: {opened[0]}"] == capsys.readouterr().out.splitlines()[1:]


def test_a_program_reads_address_and_link_from_one_line_of_json(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    _say(stack, link=True, browser=False, json_output=True)
    _say(stack, link=False, browser=False, json_output=True)
    first, unattended = (json.loads(line) for line in capsys.readouterr().out.splitlines())

    assert "http://127.0.0.1:8000" == first["ready"] == unattended["ready"]
    assert first["first_administrator"].startswith("http://127.0.0.1:8000/first#")
    assert "" == unattended["first_administrator"]


def test_a_screen_is_one_of_x11_or_of_wayland() -> None:
    assert has_screen({"DISPLAY": ":0"})
    assert has_screen({"WAYLAND_DISPLAY": "wayland-0"})
    assert not has_screen({"DISPLAY": ""})
