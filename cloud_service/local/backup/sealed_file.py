"""A file that only a passphrase opens: scrypt makes the key, AES-256-GCM seals one piece after the other.

Each piece is bound to its place and to being the last one or not, so that a piece that is changed, moved, repeated or
missing is noticed. Memory stays flat: one piece at a time.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from common.errors import ForbiddenError, InputError

MAGIC = b"energy-cloud backup 1\n"
SALT_BYTES = 16
PREFIX_BYTES = 7
PIECE_BYTES = 1 << 20
TAG_BYTES = 16
PASSPHRASE_MIN = 12


def key_of(passphrase: str, salt: bytes) -> AESGCM:
    """The key: a tenth of a second and 64 MB for each guess."""
    return AESGCM(Scrypt(salt=salt, length=32, n=1 << 16, r=8, p=1).derive(passphrase.encode()))


def refuse_weak(passphrase: str) -> None:
    """A short passphrase is guessed by who has the file."""
    if len(passphrase) < PASSPHRASE_MIN:
        raise InputError(
            f"the passphrase has {len(passphrase)} characters, at least {PASSPHRASE_MIN} are needed",
            path="passphrase",
            hint="four or five unrelated words make a good one",
        )


class SealedWriter:
    """Writes into a file that is open for writing; `finish` seals the last piece."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        refuse_weak(passphrase)
        self._file = file
        salt, self._prefix = os.urandom(SALT_BYTES), os.urandom(PREFIX_BYTES)
        self._header = MAGIC + salt + self._prefix
        self._cipher = key_of(passphrase, salt)
        self._waiting = bytearray()
        self._count = 0
        file.write(self._header)
        self._seal(b"", last=False)  # tells a wrong passphrase from damage

    def write(self, content: bytes) -> None:
        """Add to the content."""
        self._waiting += content
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]

    def finish(self) -> None:
        """Nothing comes after this."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(nonce(self._prefix, self._count, last=last), piece, self._header))
        self._count += 1


class SealedReader:
    """Reads from a file what was sealed; nothing comes out that was not sealed so."""

    def __init__(self, file: BinaryIO, passphrase: str, path: str) -> None:
        self._path = path
        self._pieces = self._opened(file, passphrase)
        self._waiting = bytearray()

    def read(self, size: int) -> bytes:
        """That many bytes; InputError where the content ends before."""
        while len(self._waiting) < size:
            piece = next(self._pieces, None)
            if piece is None:
                raise InputError("the content ends too early", path=self._path)
            self._waiting += piece
        content = bytes(self._waiting[:size])
        del self._waiting[:size]
        return content

    def finish(self) -> None:
        """Refuse anything behind what was read."""
        if self._waiting or next(self._pieces, b""):
            raise InputError("there is something behind its end", path=self._path)

    def _opened(self, file: BinaryIO, passphrase: str) -> Iterator[bytes]:
        header = file.read(len(MAGIC) + SALT_BYTES + PREFIX_BYTES)
        if not header.startswith(MAGIC) or len(header) < len(MAGIC) + SALT_BYTES + PREFIX_BYTES:
            raise InputError("this is no backup of energy-cloud", path=self._path)
        salt, prefix = header[len(MAGIC) : -PREFIX_BYTES], header[-PREFIX_BYTES:]
        cipher = key_of(passphrase, salt)
        try:
            cipher.decrypt(nonce(prefix, 0, last=False), file.read(TAG_BYTES), header)
        except (InvalidTag, ValueError):
            raise ForbiddenError("the passphrase does not open this backup", path=self._path) from None
        count, piece = 1, file.read(PIECE_BYTES + TAG_BYTES)
        while piece:
            after = file.read(PIECE_BYTES + TAG_BYTES)
            try:
                yield cipher.decrypt(nonce(prefix, count, last=not after), piece, header)
            except (InvalidTag, ValueError):
                raise InputError(
                    f"the backup is cut off or damaged in its piece {count}",
                    path=self._path,
                    hint="take another copy of it, or the backup before",
                ) from None
            count, piece = count + 1, after


def nonce(prefix: bytes, count: int, *, last: bool) -> bytes:
    """No two pieces have the same: random for the file, then the place, then whether it is the last."""
    return prefix + count.to_bytes(4, "big") + bytes([last])
