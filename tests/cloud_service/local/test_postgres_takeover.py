"""Data of an older PostgreSQL: taken over where its programs are at hand, refused with the commands where not."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cloud_service.local import postgres, postgres_takeover
from cloud_service.local.backup import database_dump
from cloud_service.local.postgres_takeover import Takeover, planned, take_over
from cloud_service.store.database.upgrade import upgrade
from common.errors import ConflictError

OLDER = next(
    ((major, place) for major in range(17, 14, -1) for pattern in postgres_takeover.PLACES
     if ((place := Path(pattern.format(major=major))) / "initdb").exists()),
    None,
)  # fmt: skip


def data_of(folder: Path, major: str) -> Path:
    folder.mkdir()
    (folder / "PG_VERSION").write_text(f"{major}\n")
    return folder


def test_data_of_the_installed_version_and_a_new_folder_need_nothing(tmp_path: Path) -> None:
    assert planned(data_of(tmp_path / "same", "18"), 18) is None
    assert planned(tmp_path / "none", 18) is None


def test_older_data_without_its_programs_is_refused_with_the_commands(tmp_path: Path) -> None:
    folder = data_of(tmp_path / "postgres", "17")
    with pytest.raises(ConflictError, match="of PostgreSQL 17, the installed one is 18") as refused:
        planned(folder, 18, [f"{tmp_path}/{{major}}/bin"])

    for command in ("apt-get install postgresql-17", "energy-cloud backup FILE", "energy-cloud restore FILE"):
        assert command in refused.value.hint
    assert ["PG_VERSION"] == [path.name for path in folder.iterdir()]


def test_older_data_with_its_programs_is_taken_over(tmp_path: Path) -> None:
    programs = tmp_path / "17" / "bin"
    programs.mkdir(parents=True)
    for name in ("pg_ctl", "postgres"):
        (programs / name).touch()

    assert Takeover(17, 18, programs) == planned(
        data_of(tmp_path / "postgres", "17"), 18, [f"{tmp_path}/{{major}}/bin"]
    )


def test_newer_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConflictError, match="of PostgreSQL 19"):
        planned(data_of(tmp_path / "postgres", "19"), 18)


def test_a_takeover_that_was_killed_between_its_renames_is_finished(tmp_path: Path) -> None:
    (data_of(tmp_path / "postgres.new", str(database_dump.major())) / postgres_takeover.DONE).touch()
    take_over(tmp_path / "postgres", lambda _line: None)

    assert ["postgres"] == [path.name for path in tmp_path.iterdir()]


def test_one_that_was_killed_before_leaves_the_data_alone(tmp_path: Path) -> None:
    data_of(tmp_path / "postgres.new", "18")
    data_of(tmp_path / "postgres", str(database_dump.major()))
    take_over(tmp_path / "postgres", lambda _line: None)

    assert ["postgres"] == [path.name for path in tmp_path.iterdir()]


@pytest.fixture
def older() -> Iterator[Path]:
    """A folder with data of an older PostgreSQL, our tables in it."""
    if OLDER is None:
        pytest.skip("no older PostgreSQL is installed (Debian: apt-get install postgresql)")
    # not below pytest's own folder, which is closed to the user that PostgreSQL runs as
    with tempfile.TemporaryDirectory(prefix="energy-older-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "postgres"
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(folder, "embedded_postgres", "embedded_postgres")
        owner = pwd.getpwuid(folder.stat().st_uid)
        user = owner.pw_uid if os.geteuid() == 0 else None
        subprocess.run(
            [OLDER[1] / "initdb", "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8"],
            check=True, capture_output=True, user=user, cwd="/",
        )  # fmt: skip
        yield folder


@pytest.mark.slow
@pytest.mark.processes
def test_the_data_of_an_older_version_is_there_afterwards_and_a_copy_is_kept(older: Path) -> None:
    assert OLDER is not None
    plan = Takeover(OLDER[0], database_dump.major(), OLDER[1])
    with postgres_takeover._older_server(plan, older) as url:
        with psycopg.connect(url.replace("/energy?", "/postgres?"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE energy")
        upgrade(url)
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO audit (actor, action, subject, previous_hash, hash)"
                               " VALUES ('mary', 'test', 'x:1', '', '')")  # fmt: skip
    said: list[str] = []
    take_over(older, said.append)
    server = postgres.start(older, lambda: True)
    try:
        with psycopg.connect(postgres.address(older)) as connection:
            assert [("mary",)] == connection.execute("SELECT actor FROM audit").fetchall()
    finally:
        server.cleanup()

    assert str(database_dump.major()) == (older / "PG_VERSION").read_text().strip()
    assert str(OLDER[0]) == (older.with_name(f"postgres.{OLDER[0]}") / "PG_VERSION").read_text().strip()
    assert 2 == len(said)
