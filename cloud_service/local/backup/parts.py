"""The content of a backup: named parts one after the other, then a manifest that says what they must be."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from cloud_service.local.backup.sealed_file import SealedReader, SealedWriter
from cloud_service.store.audit.books_proof import BooksProof
from common.errors import InputError

DATABASE = "database"
FILES = "files/"
MANIFEST = "manifest"
BLOCK_MAX = 1 << 24
MANIFEST_MAX = 1 << 24


@dataclass(frozen=True, slots=True)
class Part:
    """How long a part is, and its hash."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: from when, of which version, what is in it, what the books must prove."""

    made_at: str
    version: str  # of energy-billing
    revision: str  # of the tables
    postgres_major: int  # of the program that wrote the database's part
    parts: dict[str, Part]
    books: BooksProof
    outside: list[str]  # files of settings that lie elsewhere and are not in it


class PartsWriter:
    """Writes parts and keeps their hashes."""

    def __init__(self, sealed: SealedWriter) -> None:
        self._sealed = sealed
        self.parts: dict[str, Part] = {}

    def add(self, name: str, blocks: Iterable[bytes]) -> None:
        """One part, block by block."""
        self.parts[name] = self._write(name, blocks)

    def finish(self, manifest: Manifest) -> None:
        """The manifest and the end."""
        self._write(MANIFEST, [json.dumps(asdict(manifest)).encode()])
        self._sealed.write((0).to_bytes(2, "big"))
        self._sealed.finish()

    def _write(self, name: str, blocks: Iterable[bytes]) -> Part:
        self._sealed.write(len(name.encode()).to_bytes(2, "big") + name.encode())
        digest, size = hashlib.sha256(), 0
        for block in blocks:
            if block:
                self._sealed.write(len(block).to_bytes(4, "big") + block)
                digest.update(block)
                size += len(block)
        self._sealed.write((0).to_bytes(4, "big"))
        return Part(size, digest.hexdigest())


def checked(path: Path, passphrase: str) -> Manifest:
    """Read a backup to its end and compare every part with the manifest; nothing is written."""
    seen: dict[str, Part] = {}
    documents: list[bytes] = []

    def take(name: str, blocks: Iterator[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        for block in blocks:
            digest.update(block)
            size += len(block)
            if name == MANIFEST and size <= MANIFEST_MAX:
                documents.append(block)
        if name != MANIFEST:
            seen[name] = Part(size, digest.hexdigest())

    read(path, passphrase, take)
    manifest = _manifest(b"".join(documents), str(path))
    if seen != manifest.parts or DATABASE not in seen:
        raise InputError("its parts are not what its manifest says", path=str(path))
    for name in seen:
        if name != DATABASE:
            file_of(name)
    return manifest


def read(path: Path, passphrase: str, take: Callable[[str, Iterator[bytes]], None]) -> None:
    """Hand out each part in its order; what `take` leaves of one is passed over."""
    with path.open("rb") as file:
        _read(file, passphrase, str(path), take)


def _read(file: BinaryIO, passphrase: str, path: str, take: Callable[[str, Iterator[bytes]], None]) -> None:
    sealed = SealedReader(file, passphrase, path)
    while length := int.from_bytes(sealed.read(2), "big"):
        name = sealed.read(length).decode()
        blocks = _blocks(sealed, path)
        take(name, blocks)
        for _left in blocks:
            pass
    sealed.finish()


def _blocks(sealed: SealedReader, path: str) -> Iterator[bytes]:
    while size := int.from_bytes(sealed.read(4), "big"):
        if size > BLOCK_MAX:
            raise InputError("a block is too long", path=path)
        yield sealed.read(size)


def file_of(name: str) -> PurePosixPath:
    """Where a file of the data folder goes; InputError for a place outside of it."""
    place = PurePosixPath(name.removeprefix(FILES))
    if not name.startswith(FILES) or place.is_absolute() or ".." in place.parts or not place.parts:
        raise InputError(f"{name!r} is no file of a data folder", path="backup")
    return place


def _manifest(document: bytes, path: str) -> Manifest:
    with suppress(ValueError, TypeError, KeyError, AttributeError):
        fields = json.loads(document)
        fields["parts"] = {name: Part(**part_fields) for name, part_fields in fields["parts"].items()}
        fields["books"] = BooksProof(**fields["books"])
        return Manifest(**fields)
    raise InputError("its manifest is of another version of energy-cloud", path=path, hint="use that version")
