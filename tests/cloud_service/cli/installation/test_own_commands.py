"""Commands in this process are those that people type: the same doors, the same errors."""

import json
import os
from pathlib import Path

import pytest

from cloud_service.cli.installation.own_commands import OwnCommands
from cloud_service.installation import Installation, write
from common.errors import ConflictError, InputError, NotFoundError
from tests.cloud_service.cli.commands import call

COMPANY = ("entity", "add", "Lake Power", "--currency", "KES", "--timezone", "Africa/Nairobi")


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnCommands:
    """Commands of an installation that nothing in the environment names."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    write(tmp_path, Installation("energy-cloud demo", {"DATABASE_URL": database_url, "SECRET_KEY": "k" * 40}))
    return OwnCommands(tmp_path, tmp_path / "example")


def test_what_a_command_prints_is_returned_and_not_shown(run: OwnCommands, capsys: pytest.CaptureFixture[str]) -> None:
    entity = json.loads(run((*COMPANY, "--json")))

    assert "Lake Power" == entity["name"]
    assert ("", "") == tuple(capsys.readouterr())


def test_what_was_done_is_seen_by_the_command_line(
    run: OwnCommands, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(COMPANY)
    monkeypatch.setenv("DATABASE_URL", database_url)

    assert ["Lake Power"] == [entity["name"] for entity in call("entity", "list")]


def test_files_are_named_from_the_folder_and_the_process_stays_where_it_is(run: OwnCommands) -> None:
    before = Path.cwd()
    run(COMPANY)
    (run.folder / "rates.csv").write_text("day,currency,rate\n2026-11-01,EUR,151.20\n")

    assert {"rates": 1, "new": 1} == json.loads(run(("ledger", "rates", "rates.csv", "--json")))
    assert before == Path.cwd()
    assert "DATABASE_URL" not in os.environ


@pytest.mark.parametrize(
    ("command", "kind", "why"),
    [
        (COMPANY, ConflictError, "there is a company Lake Power already"),
        (("ledger", "rates", "nothing.csv"), NotFoundError, "nothing.csv: there is no such file"),
        (("entity", "add"), InputError, "Missing argument"),
        (("no-such-command",), InputError, "No such command"),
        (("import", "flats.csv"), InputError, "nothing was stored"),
    ],
)
def test_an_error_says_which_command_it_was(
    run: OwnCommands, command: tuple[str, ...], kind: type[Exception], why: str
) -> None:
    run(COMPANY)
    (run.folder / "flats.csv").write_text("Site,Service point,Tariff\nDock,1,moon\n")

    with pytest.raises(kind) as refused:
        run(command)
    assert f"energy-cloud {' '.join(command)}" in str(refused.value)
    assert why in str(refused.value)
