"""`up` and `demo` refuse to run an installation twice; the scenarios run them for real."""

from pathlib import Path

import pytest

from cloud_service.local import machine
from common.errors import ConflictError
from tests.cloud_service.cli.commands import refusal


@pytest.mark.parametrize("command", ["up", "demo"])
def test_an_installation_that_runs_is_not_started_again(command: str, tmp_path: Path) -> None:
    with machine.locked(tmp_path):
        refused = refusal(command, "--data-dir", str(tmp_path), "--check")

    assert isinstance(refused, ConflictError)
    assert str(tmp_path) == refused.path
    assert [] == list(tmp_path.glob("logs/*"))
