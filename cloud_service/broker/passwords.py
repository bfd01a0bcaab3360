"""Passwords of gateways: made here, shown once, kept as a hash that Mosquitto reads as it is.

The embedded broker needs the passwords themselves; they lie in a folder of the installation, one file a gateway that
only its owner can read.
"""

import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import pbkdf2_hmac
from hmac import compare_digest
from pathlib import Path

from common.errors import UnavailableError
from common.message import check_gateway_id

SALT_BYTES = 12
ITERATIONS = 1000  # the passwords are random: nobody tries them out, and a broker hashes one for each connection


def new_password() -> str:
    """A password that nobody can guess: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(password: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """PBKDF2 with SHA-512 as Mosquitto writes it: `$7$iterations$salt$hash`."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    digest = pbkdf2_hmac("sha512", password.encode(), salt, iterations)
    return f"$7${iterations}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def is_password(password: str, password_hash: str) -> bool:
    """Whether the hash is of this password."""
    kind, iterations, salt, _digest = (*password_hash.split("$")[1:], "", "", "", "")[:4]
    if kind != "7" or not iterations.isdecimal():
        return False
    return compare_digest(password_hash, hash_of(password, b64decode(salt), int(iterations)))


@dataclass(frozen=True, slots=True)
class PasswordFolder:
    """Where the embedded broker finds the passwords of its gateways: a file each, named by the gateway."""

    folder: Path

    def keep(self, gateway: str, password: str) -> None:
        """Write the password of a gateway: there whole or not at all."""
        path = self._file(gateway)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = path.with_name(f".{gateway}.{secrets.token_hex(4)}")
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(password)
            new.replace(path)
        except OSError as error:
            raise self._unwritable(error) from error

    def forget(self, gateway: str) -> None:
        """Let the broker know this gateway no more."""
        try:
            self._file(gateway).unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def file_of(self, gateway: str) -> Path | None:
        """The file with a gateway's password, if it has one."""
        path = self._file(gateway)
        return path if path.exists() else None

    def passwords(self) -> dict[str, str]:
        """Gateway -> password of all that have one."""
        files = (path for path in self.folder.glob("*") if not path.name.startswith("."))
        return {path.name: password for path in sorted(files) if (password := _text_of(path))}

    def changed_ns(self) -> int:
        """When a file came, went or was replaced."""
        return self.folder.stat().st_mtime_ns if self.folder.exists() else 0

    def _file(self, gateway: str) -> Path:
        return self.folder / check_gateway_id(gateway)

    def _unwritable(self, error: OSError) -> UnavailableError:
        return UnavailableError(
            f"the broker's passwords cannot be written: {error.strerror}",
            path=str(self.folder),
            hint="run it as the user that runs the installation",
        )


def _text_of(path: Path) -> str:
    """What stands in a file; nothing where it was taken away meanwhile."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""
