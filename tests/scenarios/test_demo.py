"""The demo: killed on the way it goes on; its script makes the same operator in an installation of one's own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.database, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from cloud_service.cli import main; main()"]
CLIENTS, MONTHS = 8, 12


@pytest.fixture
def place() -> Iterator[Path]:
    # not tmp_path: pytest makes that private, and PostgreSQL runs as a user of its own
    with tempfile.TemporaryDirectory(prefix="energy-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def environment(folder: Path) -> dict[str, str]:
    """Nothing but a PATH on which `energy-cloud` is found."""
    shim = folder / "bin" / "energy-cloud"
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from cloud_service.cli import main; main()' \"$@\"\n")
    shim.chmod(0o755)
    home = {"HOME": os.environ["HOME"]} if "HOME" in os.environ else {}
    return home | {"PATH": f"{shim.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


class Running:
    """`energy-cloud up` or `demo` in a folder of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.environment = environment(folder)
        self.process = subprocess.Popen(
            [*PROGRAM, *words], cwd=folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip
        self.said: list[str] = []

    def until(self, words: str) -> None:
        assert self.process.stdout
        while line := self.process.stdout.readline():
            self.said.append(line.strip())
            if words in line:
                return
        pytest.fail(f"it ended before it said {words!r}: {self.said}")

    def answer(self, *words: str) -> Any:
        done = subprocess.run(
            [*PROGRAM, *words, "--json"], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def end(self, number: int = signal.SIGINT) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        self.process.communicate(timeout=90)


def bills(running: Running) -> list[tuple[str, ...]]:
    """What every bill says, in their order."""
    rows = running.answer("bill", "list", "--limit", "200")
    return sorted((row["number"], row["tenant"], row["total"], row["outstanding"], row["state"]) for row in rows)


def test_killed_on_the_way_it_goes_on_and_its_script_makes_the_same_operator(place: Path) -> None:
    killed = Running(place / "demo", "demo")
    killed.until("flats with")
    killed.end(signal.SIGKILL)
    again = Running(place / "demo", "demo")
    try:
        again.until("Ctrl-C")
        made = bills(again)
        assert CLIENTS * MONTHS == len(made)
        assert [] == [line for line in again.said if "company and" in line or "flats with" in line]
        again.answer("ledger", "check")
    finally:
        again.end()

    kept = Running(place / "demo", "demo", "--check")
    kept.until("there already")
    kept.end(signal.SIGCONT)
    assert 0 == kept.process.returncode

    own = Running(place / "own", "up", "--unattended")
    try:
        own.until("ready:")
        shutil.copytree(place / "demo" / ".energy" / "example", place / "own" / "example")
        script = subprocess.run(
            ["sh", "example/build.sh"], cwd=own.folder, env=own.environment, capture_output=True, text=True, check=False
        )
        assert script.returncode == 0, script.stderr
        assert made == bills(own)
    finally:
        own.end()
