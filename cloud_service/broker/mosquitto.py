"""Mosquitto's password file, brought up to date from the hashes of the database; users that are no gateways stay."""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from common.errors import InputError

RELOAD = "systemctl reload mosquitto"


def write_password_file(path: Path, hashes: Mapping[str, str], revoked: Iterable[str]) -> bool:
    """Put the gateways' hashes into the file and take revoked gateways out; whether anything had to change."""
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = merged(old, hashes, frozenset(revoked))
        if new != old or not path.exists():
            _replace(path, new)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"Mosquitto's password file cannot be written: {error}",
            path="--mosquitto-passwd",
            hint="its folder must exist, and you must be allowed to write there",
        ) from error
    return new != old


def merged(text: str, hashes: Mapping[str, str], revoked: frozenset[str]) -> str:
    """The lines of a password file with each gateway's hash in its place, new ones at the end."""
    missing = dict(hashes)
    lines = []
    for line in text.splitlines():
        user, _colon, password_hash = line.partition(":")
        if user not in revoked:
            lines.append(f"{user}:{missing.pop(user, password_hash)}" if password_hash else line)
    lines += [f"{gateway}:{password_hash}" for gateway, password_hash in sorted(missing.items())]
    return "".join(f"{line}\n" for line in lines)


def _replace(path: Path, text: str) -> None:
    """Write it anew in one step; owner and rights stay, a new file is for its owner only."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if path.exists():
                present = path.stat()
                os.fchmod(file.fileno(), present.st_mode & 0o777)
                if os.geteuid() == 0:
                    os.fchown(file.fileno(), present.st_uid, present.st_gid)
            file.write(text)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
