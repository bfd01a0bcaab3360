"""Every command that `energy-cloud` names is there, and naming them imports none of them."""

import subprocess
import sys

import click
import pytest

from cloud_service.cli import COMMANDS, cloud
from tests.cloud_service.cli.commands import printed


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_named_is_there(name: str) -> None:
    command = cloud.get_command(click.Context(cloud), name)

    assert isinstance(command, click.Command)
    assert name == command.name


HELP = """
import sys
from cloud_service.cli import main
sys.argv[1:] = ["--help"]
try:
    main()
except SystemExit:
    print([name for name in ("sqlalchemy", "flask", "numpy", "typst", "stripe") if name in sys.modules])
"""


def test_help_is_answered_from_the_table_alone() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.splitlines()[-1]
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("group", ["bill", "ledger", "contract", "meter"])
def test_each_group_says_what_it_can_do(group: str) -> None:
    assert "Commands:" in printed(group, "--help")
