import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_service.local.backup import database_dump, restoring, writing
from cloud_service.local.backup.writing import Source
from cloud_service.store.audit import books_proof
from common.errors import ConflictError, ForbiddenError, InputError

WORDS = "four quiet words here"
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.fixture
def folder() -> Iterator[Path]:
    # not below pytest's own folder, which is closed to the user that PostgreSQL runs as
    with tempfile.TemporaryDirectory(prefix="energy-restore-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def backup(database_url: str, folder: Path) -> Path:
    (folder / "data" / "secrets").mkdir(parents=True)
    (folder / "data" / "secrets" / "secret_key").write_text("k" * 40)
    writing.write(Source(database_url, folder / "data", {}), folder / "b", WORDS, NOON)
    return folder / "b"


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name not in ("b", "data"))


def test_a_folder_that_is_not_empty_stays_as_it_is(backup: Path, folder: Path) -> None:
    with pytest.raises(ConflictError, match="not empty"):
        restoring.restore(backup, WORDS, folder / "data")
    assert ["secrets"] == [path.name for path in (folder / "data").iterdir()]


def test_a_wrong_passphrase_a_cut_or_a_flipped_byte_writes_nothing(backup: Path, folder: Path) -> None:
    with pytest.raises(ForbiddenError):
        restoring.restore(backup, "five other words and more", folder / "new")
    content = backup.read_bytes()
    for broken in (content[:-1], content[:1000], content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]):
        backup.write_bytes(broken)
        with pytest.raises(InputError):
            restoring.restore(backup, WORDS, folder / "new")
    assert [] == left(folder)


def test_a_backup_of_a_newer_version_is_refused(backup: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "revisions", lambda: ["0001"])
    with pytest.raises(ConflictError, match="newer version"):
        restoring.restore(backup, WORDS, folder / "new")
    monkeypatch.undo()
    monkeypatch.setattr(database_dump, "major", lambda: 14)
    with pytest.raises(ConflictError, match="written by PostgreSQL"):
        restoring.restore(backup, WORDS, folder / "new")
    assert [] == left(folder)


def test_books_that_prove_to_be_others_leave_nothing(
    backup: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove = books_proof.prove
    monkeypatch.setattr(books_proof, "prove", lambda session: replace(prove(session), audit_head="other"))

    with pytest.raises(InputError, match="not the same: the audit chain"):
        restoring.restore(backup, WORDS, folder / "new")
    assert [] == left(folder)
