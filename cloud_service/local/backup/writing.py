"""A backup is written beside its name and gets it once it is whole; the services go on meanwhile."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from cloud_service.local.backup import database_dump
from cloud_service.local.backup.parts import DATABASE, FILES, Manifest, PartsWriter
from cloud_service.local.backup.sealed_file import SealedWriter, refuse_weak
from cloud_service.store.audit import books_proof
from cloud_service.store.database.session import Session, connect
from common.errors import ConflictError, InputError

KEPT = ("ports.json", "installation.json")  # beside everything in `secrets`
BLOCK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the database as its owner sees it, the data folder, the settings of the services."""

    database_url: str
    data_dir: Path
    environment: Mapping[str, str]


def write(source: Source, target: Path, passphrase: str, now: datetime) -> Manifest:
    """All of an installation in one file, as of one moment."""
    refuse_weak(passphrase)
    if target.exists():
        raise ConflictError("there is a file of that name", path=str(target), hint="name another one")
    if not target.parent.is_dir():
        raise InputError("there is no such folder", path=str(target.parent))
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            manifest = _fill(source, file, passphrase, now)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, target)  # unlike a rename it never replaces what somebody put there meanwhile
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _fill(source: Source, file: BinaryIO, passphrase: str, now: datetime) -> Manifest:
    sealed = SealedWriter(file, passphrase)
    parts = PartsWriter(sealed)
    for path in _files(source.data_dir):
        parts.add(f"{FILES}{path.relative_to(source.data_dir).as_posix()}", _blocks(path))
    engine = connect(source.database_url, as_app=False)
    try:
        with Session(engine) as session:
            snapshot = books_proof.begin_snapshot(session)
            books, revision = books_proof.prove(session), books_proof.revision(session)
            parts.add(DATABASE, database_dump.dump(source.database_url, snapshot))
    finally:
        engine.dispose()
    manifest = Manifest(
        made_at=now.isoformat(timespec="seconds"), version=version("energy-billing"), revision=revision,
        postgres_major=database_dump.major(), parts=parts.parts, books=books, outside=_outside(source),
    )  # fmt: skip
    parts.finish(manifest)
    return manifest


def _files(data_dir: Path) -> list[Path]:
    """Secrets and settings; not what is made anew (logs, sockets) nor the database's own files, which are dumped."""
    secrets = sorted(path for path in (data_dir / "secrets").rglob("*") if path.is_file() and not path.is_symlink())
    return [*(data_dir / name for name in KEPT if (data_dir / name).is_file()), *secrets]


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _outside(source: Source) -> list[str]:
    """Settings whose files lie elsewhere: whoever put them there keeps them."""
    folder = str(source.data_dir.resolve())
    return sorted(
        name
        for name, file in source.environment.items()
        if name.endswith("_FILE") and file and not str(Path(file).absolute()).startswith(f"{folder}/")
    )
