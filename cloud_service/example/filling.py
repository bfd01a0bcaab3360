"""Builds the example through the commands that a user has, a year of history too. Stopped half way, it goes on."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cloud_service.example.bank_statement import ExampleBill, bills_of, drafts_of
from cloud_service.example.commands import Command, month_of_statement, rates_command
from cloud_service.example.example_folder import ExampleFolder
from cloud_service.example.people import people_to_add, sign_ins
from common.errors import ConflictError, InputError
from common.period import add_months

FOLDER, PROGRESS = "example", "example.json"
MONTHS = 13  # of history; the last is left to be billed
RUN_OVER = ("done", "cancelled")
Run = Callable[[Sequence[str]], str]  # runs a command of energy-cloud in the example's folder; what it printed
Say = Callable[[str], None]


class ExampleProgress:
    """What of the example is done, in the data folder, so that a start that was stopped goes on where it was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def note(self, **steps: object) -> None:
        """Remember, on the disk."""
        self.done |= steps
        unfinished = self.path.with_suffix(".part")
        unfinished.write_text(json.dumps(self.done, indent=2))
        unfinished.replace(self.path)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def first_day(today: date) -> date:
    """Where the example's history begins: thirteen whole months before this one."""
    return add_months(today.replace(day=1), -MONTHS)


def fill(data_dir: Path, run: Run, say: Say, clock: Callable[[], datetime] = _utc_now) -> None:
    """Build the example as it is at the clock's time; one that is there gets the currency rates of the weeks since."""
    progress = ExampleProgress(data_dir / PROGRESS)
    folder = ExampleFolder(data_dir / FOLDER)
    if progress.done.get("complete"):
        folder.write_rates(date.fromisoformat(progress.done["start"]), clock().date())
        run(rates_command())
        say("there already")
        return
    if "seeded" in progress.done:
        raise ConflictError(
            "an older version began this example and did not end it", path=str(data_dir), hint="take another folder"
        )
    if "today" not in progress.done:
        _write(folder, data_dir, progress, clock())
        say("sheets, tariffs and readings are written")
    _build(folder, progress, run, say)
    today = date.fromisoformat(progress.done["today"])
    folder.write_statement_to_try(today, _bills(run), _drafts(run, today))
    progress.note(complete=True)


def _write(folder: ExampleFolder, data_dir: Path, progress: ExampleProgress, now: datetime) -> None:
    start = first_day(now.date())
    people = sign_ins(data_dir / "secrets" / "sign-in.json")
    folder.write(start, now, people_to_add(people, data_dir / "secrets" / "sign-in"))
    progress.note(start=start.isoformat(), today=now.date().isoformat(), commands=0)


def _build(folder: ExampleFolder, progress: ExampleProgress, run: Run, say: Say) -> None:
    """Run the commands that are left; the first of them may have been stopped after it was done."""
    commands, today = folder.commands(), date.fromisoformat(progress.done["today"])
    begun = progress.done["commands"]
    for number, command in enumerate(commands[begun:], start=begun):
        month = month_of_statement(command)
        if month is not None:
            folder.write_statement(month, _bills(run), today)
        if number == begun and begun:
            _repeat(command, run)
        else:
            run(command)
        progress.note(commands=number + 1)
        _say_what_is_done(command, commands[number + 1 : number + 2], say)


def _repeat(command: Command, run: Run) -> None:
    """Run a command that may have been stopped anywhere: what it left unfinished is given up, what is there stays."""
    if command[:2] == ("bill", "run"):
        for billing_run in json.loads(run(("bill", "runs", "--json"))):
            if billing_run["state"] not in RUN_OVER:
                run(("bill", "cancel", str(billing_run["id"])))
    try:
        run(command)
    except ConflictError:
        return


def _say_what_is_done(command: Command, following: Sequence[Command], say: Say) -> None:
    """A line at the end of each kind of commands."""
    if following and following[0][0] == command[0]:
        return
    sentences = {
        "entity": "company and bank accounts", "import": "flats with their clients, meters and connections",
        "readings": "a year of readings", "account": "months billed and paid" if not following else "",
    }  # fmt: skip
    if sentence := sentences.get(command[0], ""):
        say(sentence)


def _drafts(run: Run, today: date) -> list[ExampleBill]:
    """What the bills of the month that is left will be, by a trial run; one that looks odd is one all the same."""
    month = add_months(today.replace(day=1), -1)
    with suppress(InputError):
        run(("bill", "run", "--month", f"{month:%Y-%m}", "--dry-run"))
    newest = json.loads(run(("bill", "runs", "--limit", "1", "--json")))[0]["id"]
    return drafts_of(json.loads(run(("bill", "status", str(newest), "--items", "--json")))["connections"], today)


def _bills(run: Run) -> list[ExampleBill]:
    return bills_of(json.loads(run(("bill", "list", "--limit", "100", "--json"))))
