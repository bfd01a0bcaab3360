"""Commands as a clerk types them, in this process: their JSON, their text, or how they refuse."""

import json
from typing import Any

from click.testing import CliRunner

from cloud_service.cli import cloud


def call(*args: str, code: int = 0) -> Any:
    """What the command prints with `--json`."""
    return json.loads(printed(*args, "--json", code=code))


def printed(*args: str, code: int = 0) -> str:
    """What the command prints on standard output."""
    result = CliRunner().invoke(cloud, args)
    assert code == result.exit_code, result.output + repr(result.exception)
    return str(result.stdout)


def refusal(*args: str) -> Any:
    """The error that ends the command."""
    return CliRunner().invoke(cloud, args).exception
