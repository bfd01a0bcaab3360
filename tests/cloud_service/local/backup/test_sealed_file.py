import io
import os

import pytest

from cloud_service.local.backup.sealed_file import MAGIC, PIECE_BYTES, TAG_BYTES, SealedReader, SealedWriter
from common.errors import ForbiddenError, InputError

WORDS = "four quiet words here"
HEAD = len(MAGIC) + 16 + 7


def sealed(content: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, WORDS)
    for start in range(0, len(content), 300_000):
        writer.write(content[start : start + 300_000])
    writer.finish()
    return file.getvalue()


def opened(file: bytes, size: int, passphrase: str = WORDS) -> bytes:
    reader = SealedReader(io.BytesIO(file), passphrase, "b.sealed")
    content = reader.read(size)
    reader.finish()
    return content


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_what_was_sealed_comes_out_again_and_is_not_readable(size: int) -> None:
    content = os.urandom(size)
    file = sealed(content)

    assert content == opened(file, size)
    assert size < 16 or content[:16] not in file


def test_a_wrong_passphrase_opens_nothing() -> None:
    with pytest.raises(ForbiddenError, match="passphrase does not open"):
        opened(sealed(b"x"), 1, "five other words and more")


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(InputError, match="at least 12"):
        SealedWriter(io.BytesIO(), "short")


def test_a_flipped_bit_anywhere_is_refused() -> None:
    size = 2 * PIECE_BYTES + 100
    file = sealed(bytes(size))
    for at in (0, len(MAGIC), HEAD - 1, HEAD, HEAD + TAG_BYTES, HEAD + TAG_BYTES + PIECE_BYTES, len(file) - 1):
        broken = bytearray(file)
        broken[at] ^= 1
        with pytest.raises((InputError, ForbiddenError)):
            opened(bytes(broken), size)


def test_a_cut_file_is_refused_even_between_two_pieces() -> None:
    size = 2 * PIECE_BYTES + 100
    file = sealed(bytes(size))
    first = HEAD + TAG_BYTES + PIECE_BYTES + TAG_BYTES
    for end in (10, HEAD, HEAD + TAG_BYTES, first, first + PIECE_BYTES + TAG_BYTES, len(file) - 1):
        with pytest.raises((InputError, ForbiddenError)):
            opened(file[:end], size)


def test_pieces_that_change_places_or_come_twice_or_behind_the_end_are_refused() -> None:
    size = 3 * PIECE_BYTES
    file = sealed(bytes(size))
    start, long = HEAD + TAG_BYTES, PIECE_BYTES + TAG_BYTES
    one, two = file[start : start + long], file[start + long : start + 2 * long]
    rest = file[start + 2 * long :]
    for pieces in (two + one + rest, one + one + rest, one + two + rest + rest, one + two + rest + b"x"):
        with pytest.raises(InputError, match="cut off or damaged"):
            opened(file[:start] + pieces, size)


def test_the_last_piece_knows_that_it_is_the_last_even_where_nothing_of_the_rest_is_asked_for() -> None:
    file = sealed(bytes(2 * PIECE_BYTES))
    first = HEAD + TAG_BYTES + PIECE_BYTES + TAG_BYTES

    with pytest.raises(InputError, match="cut off"):
        opened(file[:first], PIECE_BYTES)
