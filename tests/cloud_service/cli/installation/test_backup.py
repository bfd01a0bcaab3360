"""A billed operator is written to one file, made again from it elsewhere, and has the same books."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_service.local import postgres
from common.errors import ConflictError, ForbiddenError, InputError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal
from tests.cloud_service.local.backup.object_store import ACCESS_KEY, object_store


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # not below pytest's own folder, which is closed to the user that PostgreSQL runs as
    with tempfile.TemporaryDirectory(prefix="energy-restore-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "old" / "secrets").mkdir(parents=True)
        (folder / "old" / "secrets" / "secret_key").write_text("k" * 40)
        (folder / "words").write_text("four quiet words here\n")
        monkeypatch.setenv("ENERGY_DATA_DIR", str(folder / "old"))
        yield folder


def test_a_billed_operator_comes_back_whole(billed: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--passphrase-file", str(folder / "words"))
    made = call("backup", str(folder / "b"), *words)
    verified = call("backup", "verify", str(folder / "b"), *words)
    restored = call("restore", str(folder / "b"), "--data-dir", str(folder / "new"), *words)
    bills = call("bill", "list")

    assert made == verified == restored
    assert made["audit_rows"] > 0
    assert "k" * 40 == (folder / "new" / "secrets" / "secret_key").read_text()
    server = postgres.start(folder / "new" / "postgres", lambda: True)
    try:
        monkeypatch.setenv("DATABASE_URL", postgres.address(folder / "new" / "postgres"))
        assert bills == call("bill", "list")
        assert "rows" in str(call("audit", "verify"))
    finally:
        server.cleanup()


def test_a_backup_in_a_bucket_is_proven_and_restored_from_there(
    operator: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passphrase = ("--passphrase-file", str(folder / "words"))
    settings = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1"}
    with object_store() as store:
        for name, value in (settings | {"AWS_ENDPOINT_URL_S3": store.address}).items():
            monkeypatch.setenv(name, value)
        sent = call("backup", "s3://backups/monday", *passphrase)
        verified = call("backup", "verify", "s3://backups/monday", *passphrase)
        restored = call("restore", "s3://backups/monday", "--data-dir", str(folder / "new"), *passphrase)

        assert sent == verified == restored
        assert sent["bytes"] == len(store.files["/backups/monday"])
        assert "k" * 40 == (folder / "new" / "secrets" / "secret_key").read_text()
        assert isinstance(refusal("backup", "s3://backups/monday", *passphrase), ConflictError)


def test_options_may_stand_before_the_file(operator: World, folder: Path) -> None:
    printed("backup", "--passphrase-file", str(folder / "words"), str(folder / "b"))

    assert "ledger sums to nothing" in printed(
        "backup", "verify", str(folder / "b"), "--passphrase-file", str(folder / "words")
    )


def test_what_cannot_be_is_refused(operator: World, folder: Path) -> None:
    words, other, empty = folder / "words", folder / "other", folder / "empty"
    other.write_text("five other words and more")
    empty.write_text("")
    printed("backup", str(folder / "b"), "--passphrase-file", str(words))

    assert isinstance(refusal("backup", str(folder / "b"), "--passphrase-file", str(words)), ConflictError)
    assert isinstance(refusal("backup", str(folder / "c"), "--passphrase-file", str(empty)), InputError)
    assert isinstance(refusal("backup", str(folder / "c")), InputError)
    assert isinstance(refusal("backup", "verify", str(folder / "b"), "--passphrase-file", str(other)), ForbiddenError)
    assert isinstance(refusal("backup", "verify", str(folder / "no"), "--passphrase-file", str(words)), InputError)
    assert not (folder / "c").exists()
