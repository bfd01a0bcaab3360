import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_service.local.backup import database_dump, writing
from cloud_service.local.backup.parts import checked
from cloud_service.local.backup.writing import Source
from common.errors import ConflictError, InputError

WORDS = "four quiet words here"
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.fixture
def source(database_url: str, tmp_path: Path) -> Source:
    (tmp_path / "data" / "secrets" / "gateways").mkdir(parents=True)
    (tmp_path / "data" / "logs").mkdir()
    (tmp_path / "data" / "secrets" / "secret_key").write_text("k" * 40)
    (tmp_path / "data" / "secrets" / "gateways" / "gw-1").write_text("p")
    (tmp_path / "data" / "ports.json").write_text("{}")
    (tmp_path / "data" / "logs" / "web.log").write_text("x")
    inside, outside = str(tmp_path / "data" / "secrets" / "secret_key"), "/run/secrets/smtp"
    return Source(database_url, tmp_path / "data", {"SECRET_KEY_FILE": inside, "SMTP_PASSWORD_FILE": outside})


def test_a_backup_has_database_secrets_and_settings_and_names_what_lies_elsewhere(
    source: Source, tmp_path: Path
) -> None:
    manifest = writing.write(source, tmp_path / "b", WORDS, NOON)

    assert {"database", "files/ports.json", "files/secrets/secret_key", "files/secrets/gateways/gw-1"} == set(
        manifest.parts
    )
    assert ["SMTP_PASSWORD_FILE"] == manifest.outside
    assert manifest == checked(tmp_path / "b", WORDS)
    assert 0o600 == (tmp_path / "b").stat().st_mode & 0o777
    assert b"k" * 40 not in (tmp_path / "b").read_bytes()


def test_a_file_of_that_name_stays(source: Source, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")

    with pytest.raises(ConflictError, match="a file of that name"):
        writing.write(source, tmp_path / "b", WORDS, NOON)
    with pytest.raises(InputError, match="no such folder"):
        writing.write(source, tmp_path / "nowhere" / "b", WORDS, NOON)
    assert "mine" == (tmp_path / "b").read_text()


def _killed(source: Source, target: Path) -> None:
    dump = database_dump.dump

    def cut(url: str, snapshot: str = "") -> Iterator[bytes]:
        yield next(dump(url, snapshot))
        os.kill(os.getpid(), signal.SIGKILL)

    database_dump.dump = cut
    writing.write(source, target, WORDS, NOON)


def test_killed_in_the_middle_it_leaves_no_file_of_the_name_and_the_next_one_works(
    source: Source, tmp_path: Path
) -> None:
    child = multiprocessing.get_context("fork").Process(target=_killed, args=(source, tmp_path / "b"))
    child.start()
    child.join(60)

    assert -signal.SIGKILL == child.exitcode
    assert ["b.part", "data"] == sorted(path.name for path in tmp_path.iterdir())
    writing.write(source, tmp_path / "b", WORDS, NOON)
    assert ["b", "data"] == sorted(path.name for path in tmp_path.iterdir())
