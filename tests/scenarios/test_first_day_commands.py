"""The command lines of `docs/first-day.md`, one by one, in a terminal that knows PATH and nothing else."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page_script import Command, section, steps_of
from tests.terminal import folder_of, left_running, run_line, said_until

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(600)]
PAGE = (Path(__file__).parents[2] / "docs" / "first-day.md").read_text(encoding="utf-8")
FLATS = 20


def block(title: str) -> str:
    (command,) = [step for step in steps_of(section(PAGE, title)) if isinstance(step, Command)]
    return command.lines


@pytest.fixture
def folder() -> Iterator[Path]:
    # not tmp_path: pytest makes that private, and PostgreSQL runs as a user of its own
    with tempfile.TemporaryDirectory(prefix="energy-first-day-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_the_lines_of_the_page_lead_from_an_empty_folder_to_twenty_paid_bills(folder: Path) -> None:
    printed = {}
    with left_running(block("Start"), folder) as installation:
        said_until(installation, "ready")
        folder = folder_of(installation)
        for line in block("On the command line").splitlines():
            done = run_line(line, folder)
            assert 0 == done.returncode, f"{line}\n{done.stdout}{done.stderr}"
            printed[line] = done.stdout + done.stderr
        paid = printed["energy-cloud bill list --state paid"].splitlines()[1:]

    assert ["paid"] * FLATS == [line.split()[-1] for line in paid]
    assert FLATS == len({line.split()[0] for line in paid})
    assert b"%PDF" == (folder / "bill.pdf").read_bytes()[:4]
    assert "3 bills" in printed["energy-cloud document print --out post.pdf"]
