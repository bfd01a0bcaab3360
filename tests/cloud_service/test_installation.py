"""Commands find the installation that they stand in, or say what to type."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_service import installation
from cloud_service.installation import FILE, FOLDER, Installation, environment, folder_to_start, named, read, write
from common.errors import InputError, UnavailableError

ELSEWHERE = {"DATABASE_URL": "postgresql://energy@db.example/energy", "PUBLIC_URL": "https://bills.example"}


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an installation whose database is a server of somebody else's."""
    folder = tmp_path / FOLDER
    folder.mkdir()
    write(folder, Installation("energy-cloud up", ELSEWHERE))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def embedded() -> Iterator[Path]:
    """An installation with a database of its own; the name of a socket may not be long."""
    with tempfile.TemporaryDirectory(prefix="energy-") as folder:
        url = f"postgresql://postgres:@/energy?host={folder}"
        write(Path(folder), Installation("energy-cloud up --data-dir here", {"DATABASE_URL": url}))
        yield Path(folder)


def test_a_command_stands_in_the_installation_of_its_folder_or_of_one_above(
    started: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = started.parent / "bills" / "october"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert ELSEWHERE == environment({"HOME": "/root"})


def test_an_environment_that_names_a_database_is_taken_alone(started: Path) -> None:
    given = {"DATABASE_URL_FILE": "/etc/energy/url"}

    assert given == environment(given)


def test_a_folder_is_named_by_the_environment_or_by_the_option_which_wins(started: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(other, Installation("energy-cloud up", {"DATABASE_URL": "postgresql://other/energy"}))

    by_environment = environment({"ENERGY_DATA_DIR": str(other)})
    with named(other):
        by_option = environment(ELSEWHERE | {"ENERGY_DATA_DIR": str(started)})

    assert "postgresql://other/energy" == by_environment["DATABASE_URL"] == by_option["DATABASE_URL"]
    assert ELSEWHERE == environment({})


def test_where_there_is_none_it_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(InputError, match="no installation") as nowhere:
        environment({})
    with pytest.raises(InputError, match="no installation in /nowhere"):
        environment({"ENERGY_DATA_DIR": "/nowhere"})

    assert "`energy-cloud up` starts one here" in nowhere.value.hint


def test_a_stopped_installation_is_said_to_be_stopped_and_how_it_starts(embedded: Path) -> None:
    with named(embedded), pytest.raises(UnavailableError, match="does not run") as stopped:
        environment({})

    assert "start it: energy-cloud up --data-dir here" == stopped.value.hint


def test_a_running_installation_is_found(embedded: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, named(embedded):
        server.bind(str(embedded / ".s.PGSQL.5432"))
        server.listen()

        assert str(embedded) in environment({})["DATABASE_URL"]


def test_the_file_is_for_its_owner_only_and_replaced_as_a_whole(started: Path) -> None:
    write(started, Installation("energy-cloud demo", {}))

    assert Installation("energy-cloud demo", {}) == read(started)
    assert [FILE] == [path.name for path in started.iterdir()]
    assert 0o600 == (started / FILE).stat().st_mode & 0o777


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_damaged_file_is_named(started: Path, content: str) -> None:
    (started / FILE).write_text(content)

    with pytest.raises(InputError, match="is damaged"):
        environment({})


def test_a_start_works_in_the_folder_that_is_named_or_in_the_working_folder() -> None:
    with named(Path("elsewhere")):
        assert Path("elsewhere") == folder_to_start({"ENERGY_DATA_DIR": "/var/lib/energy"})
    assert Path("/var/lib/energy") == folder_to_start({"ENERGY_DATA_DIR": "/var/lib/energy"})
    assert Path(FOLDER) == installation.folder_to_start({})
