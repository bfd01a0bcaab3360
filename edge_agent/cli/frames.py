"""Frames as people hand them over: hexadecimal text on the command line, in a file or on standard input."""

import re
import sys
from pathlib import Path

from common.errors import DecodeError, InputError, NotFoundError

FILE_MAX = 1_000_000
HEX = re.compile(r"[0-9A-Fa-f]*")


def frame_text(given: str) -> str:
    """What was given, or what stands in the file (`@file` or a path) or on standard input (`-`)."""
    if given == "-":
        return _text(sys.stdin.buffer.read(FILE_MAX))
    path = Path(given.removeprefix("@"))
    if given.startswith("@") or (not HEX.fullmatch(_packed(given)) and _is_file(path)):
        try:
            return _text(path.read_bytes()[:FILE_MAX])
        except FileNotFoundError:
            raise NotFoundError("there is no such file", path=str(path)) from None
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", path=str(path)) from error
    return given


def frame_bytes(given: str) -> bytes:
    """The bytes of a frame written in hexadecimal, with or without blanks."""
    text = frame_text(given)
    packed = _packed(text)
    hint = "pairs of hexadecimal digits, with or without blanks; @file or - for standard input"
    if not HEX.fullmatch(packed) or not packed:
        raise DecodeError("this is not hexadecimal" if packed else "there are no bytes", hint=hint)
    if len(packed) % 2:
        raise DecodeError("an odd number of hexadecimal digits: half a byte is missing", hint=hint)
    return bytes.fromhex(packed)


def telegram_bytes(given: str) -> bytes:
    """A telegram that is text by nature: as text, as hexadecimal, from a file or standard input."""
    if given == "-":
        data = sys.stdin.buffer.read(FILE_MAX)
    elif given.startswith("@") or _is_file(Path(given)):
        try:
            data = Path(given.removeprefix("@")).read_bytes()[:FILE_MAX]
        except FileNotFoundError:
            raise NotFoundError("there is no such file", path=given.removeprefix("@")) from None
    elif "!" not in given and not HEX.fullmatch(_packed(given)):
        hint = "a file, the text itself from / to !, its bytes in hexadecimal, or - for standard input"
        raise NotFoundError("there is no such file, and it is no telegram", path=given[:80], hint=hint)
    else:
        data = given.encode()
    packed = _packed(data.decode("latin-1"))
    if len(packed) > 1 and len(packed) % 2 == 0 and HEX.fullmatch(packed):
        return bytes.fromhex(packed)
    return data


def _packed(text: str) -> str:
    return re.sub(r"0x|[\s:,;-]", "", text)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")
