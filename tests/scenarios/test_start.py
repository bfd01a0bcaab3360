"""From an empty folder: a start, its link, commands that find it; two of them on one machine never meet."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cloud_service.local.who_is_there import is_our_web
from tests.scenarios.house import until

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(600)]
PROGRAM = [sys.executable, "-c", "from cloud_service.cli import main; main()"]
ROOT = Path(__file__).parents[2]
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {"PYTHONPATH": str(ROOT)}


class Start:
    """`energy-cloud up` in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.process = subprocess.Popen(
            [*PROGRAM, "up", *options], cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip

    def says(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def call(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A command from a folder below, with nothing in its environment."""
        below = self.folder / "below"
        below.mkdir(exist_ok=True)
        return subprocess.run(
            [*PROGRAM, *words], cwd=below, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )

    def name(self) -> str:
        return (self.folder / ".energy/name").read_text()

    def port(self) -> int:
        return int(json.loads((self.folder / ".energy/ports.json").read_text())["web"])

    def stop(self, number: int = signal.SIGINT) -> None:
        self.process.send_signal(number)
        self.process.communicate(timeout=90)


@pytest.fixture
def folder() -> Iterator[Path]:
    # not tmp_path: pytest makes that private, and PostgreSQL runs as a user of its own
    with tempfile.TemporaryDirectory(prefix="energy-start-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_two_starts_at_once_have_their_own_everything_and_commands_find_theirs(folder: Path) -> None:
    with ExitStack() as running:
        first, second = Start(folder / "first"), Start(folder / "second", "--tls", "--host", "0.0.0.0")  # noqa: S104
        for start in (first, second):
            running.callback(start.stop)
        ready = [start.says() for start in (first, second)]
        links = [start.says() for start in (first, second)]

        assert f"ready: http://127.0.0.1:{first.port()}" == ready[0]
        assert ready[1].startswith("ready: https://")
        assert first.port() != second.port()
        assert all(link.startswith("first administrator: http") and "/first#" in link for link in links)
        assert is_our_web("127.0.0.1", first.port(), first.name())
        assert is_our_web("127.0.0.1", second.port(), second.name(), tls=True)
        assert not is_our_web("127.0.0.1", first.port(), second.name())
        code = links[0].partition("#")[2]
        assert not any(code in log.read_text(errors="replace") for log in (folder / "first").rglob("*.log"))
        first.call("user", "add", "mary@example.com", "--role", "admin")

        assert ["mary@example.com"] == [row["email"] for row in json.loads(first.call("user", "list", "--json").stdout)]
        assert [] == json.loads(second.call("user", "list", "--json").stdout)

    stopped = first.call("bill", "list")
    assert 5 == stopped.returncode
    assert f"start it: energy-cloud up --data-dir {folder}/first/.energy" in stopped.stderr


def test_after_a_start_that_was_killed_the_next_one_has_the_same_port_and_no_link_beside_an_administrator(
    folder: Path,
) -> None:
    killed = Start(folder)
    address = killed.says()
    killed.call("user", "add", "mary@example.com", "--role", "admin")
    killed.stop(signal.SIGKILL)
    left = int((folder / ".energy/logs/web.pid").read_text())

    again = Start(folder)
    try:
        assert address == again.says()
        until(lambda: is_our_web("127.0.0.1", again.port(), again.name()), "its web service answers")
        assert left != int((folder / ".energy/logs/web.pid").read_text())
    finally:
        again.process.send_signal(signal.SIGINT)
        said, _ = again.process.communicate(timeout=90)

    assert "" == said
