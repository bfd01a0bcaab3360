import json
import sys

import click
import pytest

from common.cli import LazyGroup, run
from common.errors import NotFoundError

BROKEN = {"works": ("tests.common.test_cli:works", "It works."), "missing": ("no.such.module:x", "Never imported.")}


@click.command()
@click.option("--json", "as_json", is_flag=True)
def works(*, as_json: bool) -> None:
    raise NotFoundError("no bill B-1", path="B-1", hint="see `bill list`")


@click.group(cls=LazyGroup, commands_at=BROKEN)
def group() -> None:
    pass


def test_help_imports_no_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "--help"])
    with pytest.raises(SystemExit) as stop:
        run(group, "x")

    assert 0 == stop.value.code
    assert "Never imported." in capsys.readouterr().out


@pytest.mark.parametrize("as_json", [False, True])
def test_an_error_has_its_documented_exit_code_and_says_what_to_do(
    as_json: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "works", *(["--json"] if as_json else [])])
    with pytest.raises(SystemExit) as stop:
        run(group, "x")
    printed = capsys.readouterr()

    assert 3 == stop.value.code
    if as_json:
        error = {"code": "not_found", "message": "no bill B-1", "path": "B-1", "hint": "see `bill list`"}
        assert {"error": error} == json.loads(printed.out)
    else:
        assert "" == printed.out
        assert "x: B-1: no bill B-1\n  see `bill list`\n" == printed.err
