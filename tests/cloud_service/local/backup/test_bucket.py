"""Backups go to a bucket and come back, byte for byte."""

import random
from pathlib import Path

import pytest

from cloud_service.local.backup import bucket
from cloud_service.local.backup.bucket import BucketAddress, bucket_address, fetch, refuse_taken, send
from common.errors import ConflictError, ForbiddenError, InputError, NotFoundError, UnavailableError
from tests.cloud_service.local.backup.object_store import ObjectStore

MONDAY = BucketAddress("backups", "house/monday.energy")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(random.Random(1).randbytes(9_000_000))  # more than one piece of 8 MiB
    return tmp_path / "file"


def test_an_address_has_a_bucket_and_a_name() -> None:
    assert MONDAY == bucket_address("s3://backups/house/monday.energy") == bucket_address(str(MONDAY))


@pytest.mark.parametrize(
    "address", ["s3://", "s3://backups", "s3://backups/", "s3:///monday", "s3://backups/a/", "/a/b"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="no address of a file"):
        bucket_address(address)


def test_a_file_comes_back_as_it_went(store: ObjectStore, file: Path, tmp_path: Path) -> None:
    send(file, MONDAY)
    fetch(MONDAY, tmp_path / "back")

    assert file.read_bytes() == (tmp_path / "back").read_bytes() == store.files["/backups/house/monday.energy"]
    assert len(store.parts) > 1


def test_a_name_that_is_taken_is_refused_and_a_free_one_is_not(store: ObjectStore) -> None:
    refuse_taken(MONDAY)
    store.files["/backups/house/monday.energy"] = b"before"

    with pytest.raises(ConflictError, match="there is a file of that name"):
        refuse_taken(MONDAY)


def test_a_file_that_arrives_short_is_no_backup(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"1234")
    store.cuts = True

    with pytest.raises(UnavailableError, match="3 of 4 bytes arrived"):
        send(tmp_path / "small", MONDAY)


def test_what_is_not_there_is_not_found(store: ObjectStore, tmp_path: Path, file: Path) -> None:
    with pytest.raises(NotFoundError):
        fetch(MONDAY, tmp_path / "back")
    with pytest.raises(NotFoundError):
        send(file, BucketAddress("others", "a"))


def test_a_wrong_key_or_none_is_said_with_the_settings_that_hold_it(
    store: ObjectStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "stranger")
    with pytest.raises(ForbiddenError) as refused:
        refuse_taken(MONDAY)
    assert "AWS_SECRET_ACCESS_KEY" in refused.value.hint

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with pytest.raises(InputError, match="credentials"):
        send(file, MONDAY)


def test_a_store_that_does_not_answer_is_asked_again_later(
    store: ObjectStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "TRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")

    with pytest.raises(UnavailableError, match="does not answer"):
        send(file, MONDAY)
