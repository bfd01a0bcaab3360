"""Beside an installation that does not run, a command says so before it imports anything that takes time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cloud_service.cli import cloud
from cloud_service.cli.ask_installation import WITHOUT
from tests.cloud_service.cli.every_command import leaves

ROOT = Path(__file__).parents[3]
COMMANDS = [path for path, _command in leaves(cloud, click.Context(cloud))]


@pytest.fixture(scope="module")
def ends() -> dict[str, str]:
    """How every command ended, by its words."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.cloud_service.cli.every_command"], cwd=ROOT, check=True, capture_output=True,
        text=True, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nonexistent"},
    )  # fmt: skip
    found: dict[str, str] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("path", [path for path in COMMANDS if path not in WITHOUT])
def test_a_command_says_at_once_that_the_installation_does_not_run(ends: dict[str, str], path: str) -> None:
    assert ends[path].startswith("UnavailableError: the installation in ")


def test_readings_of_a_file_ask_before_they_are_stored(ends: dict[str, str]) -> None:
    assert ends["readings import"].startswith("UnavailableError: ")


def test_the_commands_that_need_none_are_there() -> None:
    assert set() == WITHOUT - set(COMMANDS)
