"""The commands are run in their order, and a start that was stopped goes on; browser and scenarios run all of them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_service.example import filling
from cloud_service.example.filling import ExampleProgress, fill
from common.errors import ConflictError

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


ASKED = (("bill", "list"), ("bill", "runs"), ("bill", "status"))


class StoppedError(Exception):
    """The machine went off."""


class Commands:
    """What was run; `stop` names the word at which the machine goes off, after the command was done."""

    def __init__(self, stop: str = "") -> None:
        self.run: list[tuple[str, ...]] = []
        self.stop = stop
        self.unfinished: list[dict[str, object]] = []

    def __call__(self, command: Sequence[str]) -> str:
        if tuple(command) in self.run and command[0] in ("gateway", "user"):
            raise ConflictError("there already")
        if command[:2] in ASKED or "--dry-run" in command:
            return json.dumps(self.answers[command[1]]) if command[:2] in ASKED else ""
        self.run.append(tuple(command))
        if self.stop and self.stop in command:
            self.stop = ""
            raise StoppedError
        return ""

    @property
    def answers(self) -> dict[str, object]:
        """What lists say."""
        grace = {"tenant": "Grace Otieno", "currency": "KES", "amount": "8086.84"}
        return {
            "list": [],
            "runs": self.unfinished or [{"id": 3, "state": "cancelled"}],
            "status": {"connections": [grace]},
        }


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two months of history are enough here."""
    monkeypatch.setattr(filling, "MONTHS", 2)
    (tmp_path / "secrets").mkdir()
    return tmp_path


def started(data_dir: Path, commands: Commands) -> list[str]:
    said: list[str] = []
    fill(data_dir, commands, said.append, lambda: NOW)
    return said


def test_progress_is_remembered_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "example.json"
    ExampleProgress(path).note(commands=7)
    ExampleProgress(path).note(start="2026-11-01")

    assert {"commands": 7, "start": "2026-11-01"} == ExampleProgress(path).done


def test_the_commands_are_run_in_their_order_with_a_line_for_each_kind(data_dir: Path) -> None:
    commands = Commands()
    said = started(data_dir, commands)

    assert ["entity", "entity", "entity", "ledger", "tariff"] == [command[0] for command in commands.run[:5]]
    assert [
        "sheets, tariffs and readings are written", "company and bank accounts",
        "flats with their clients, meters and connections", "a year of readings", "months billed and paid",
    ] == said  # fmt: skip
    assert (data_dir / "example" / "bank" / "2026-10.xml").exists()
    assert "8086.84" in (data_dir / "example" / "bank-statement-to-try.xml").read_text()
    assert commands.run == (commands_of(data_dir))


def commands_of(data_dir: Path) -> list[tuple[str, ...]]:
    from cloud_service.example.example_folder import ExampleFolder

    return ExampleFolder(data_dir / "example").commands()


@pytest.mark.parametrize("stop", ["gw-hafenhof", "readings-riverside.csv", "bank/2026-10.xml"])
def test_a_start_that_was_stopped_goes_on_with_the_command_that_it_did_not_note(data_dir: Path, stop: str) -> None:
    commands = Commands(stop)
    with pytest.raises(StoppedError):
        started(data_dir, commands)
    before = list(commands.run)
    started(data_dir, commands)

    once = commands_of(data_dir)
    repeated = [] if stop.startswith("gw-") else [before[-1]]
    assert [*before, *repeated, *once[len(before) :]] == commands.run


def test_a_billing_run_that_was_stopped_is_given_up_before_the_month_is_billed_again(data_dir: Path) -> None:
    commands = Commands("run")
    with pytest.raises(StoppedError):
        started(data_dir, commands)
    commands.unfinished = [{"id": 7, "state": "issuing"}, {"id": 6, "state": "done"}]
    started(data_dir, commands)

    first = commands.run.index(("bill", "cancel", "7"))
    assert commands.run[first - 1] == commands.run[first + 1]
    assert ("bill", "cancel", "6") not in commands.run


def test_a_command_that_is_refused_ends_the_start_unless_it_is_repeated(data_dir: Path) -> None:
    commands = Commands()
    commands.run.append(("gateway", "add", "gw-riverside", "--site", "Riverside Estate"))

    with pytest.raises(ConflictError):
        started(data_dir, commands)


def test_an_example_that_is_complete_gets_the_rates_of_the_weeks_since(data_dir: Path) -> None:
    ExampleProgress(data_dir / "example.json").note(start="2026-11-01", complete=True)
    commands = Commands()

    assert ["there already"] == started(data_dir, commands)
    assert [("ledger", "rates", "currency-rates.csv", "--base", "KES")] == commands.run
    assert "2026-11-22,EUR,151.20" in (data_dir / "example" / "currency-rates.csv").read_text()


def test_what_an_older_version_began_is_refused_with_what_to_do(data_dir: Path) -> None:
    ExampleProgress(data_dir / "example.json").note(seeded={}, start="2025-11-01")

    with pytest.raises(ConflictError, match="an older version") as refused:
        started(data_dir, Commands())
    assert "take another folder" == refused.value.hint
