import io
import zipfile
from collections.abc import Iterator
from datetime import date

import pytest

from cloud_service.batches.zip_stream import safe_name, zip_pieces

DAY = date(2026, 11, 27)


def opened(files: list[tuple[str, bytes]]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(zip_pieces(files, DAY))))


def test_members_are_what_they_were_and_equal_names_are_told_apart() -> None:
    archive = opened([("INV-1.pdf", b"one"), ("INV-1.pdf", b"two"), ("inv-1.pdf", b"three")])

    assert ["INV-1.pdf", "INV-1-2.pdf", "inv-1-3.pdf"] == archive.namelist()
    assert [b"one", b"two", b"three"] == [archive.read(name) for name in archive.namelist()]
    assert archive.testzip() is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\a\\b.pdf", "/root", "..", "a\nb", ""])
def test_no_name_leaves_the_folder(name: str) -> None:
    safe = safe_name(name)

    assert safe
    assert not {"/", "\\", ":", "\n"} & set(safe)
    assert not safe.startswith(".")


def test_one_member_is_made_at_a_time() -> None:
    made = []

    def files() -> Iterator[tuple[str, bytes]]:
        for number in range(100):
            made.append(number)
            yield f"{number}.pdf", b"x" * 1000

    pieces = zip_pieces(files(), DAY)
    next(pieces)

    assert [0] == made
    assert all(len(piece) < 20_000 for piece in pieces)
