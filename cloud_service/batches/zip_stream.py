"""A ZIP file written as its members come: one member is in memory at a time, whatever the file becomes."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date


class _Outbox(io.RawIOBase):
    """Takes what the archive writes and hands it on."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]  # zipfile writes what has a buffer
        self.pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        """What was written since the last time."""
        piece = b"".join(self.pieces)
        self.pieces.clear()
        return piece


def zip_pieces(files: Iterable[tuple[str, bytes]], day: date) -> Iterator[bytes]:
    """The pieces of the archive; a name that comes twice, or that could leave a folder, is changed. PDFs stay as is."""
    outbox, names = _Outbox(), set[str]()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            member = zipfile.ZipInfo(_free_name(safe_name(name), names), (day.year, day.month, day.day, 0, 0, 0))
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_STORED if name.endswith(".pdf") else zipfile.ZIP_DEFLATED
            archive.writestr(member, body)
            yield outbox.taken()
    yield outbox.taken()


def safe_name(name: str) -> str:
    """Letters, digits and a few signs; no way out of a folder and no name that some system keeps for itself."""
    clean = "".join(sign if sign.isalnum() or sign in "-_. " else "-" for sign in name).strip(". ")
    return clean[:120] or "file"


def _free_name(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    free, number = name, 2
    while free.lower() in taken:
        free, number = f"{stem or ending}-{number}{dot}{ending if stem else ''}", number + 1
    taken.add(free.lower())
    return free
