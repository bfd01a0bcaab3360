"""Bytes read from the first to the last."""

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs.byte_reader import ByteReader


def reader(data: bytes, at: int = 0) -> ByteReader:
    return ByteReader(data, at, sentence="ends inside a value", hint="read again")


def test_bytes_come_once_and_in_order() -> None:
    opened = reader(b"\x01\x02\x03\x04", 1)
    assert (2, b"\x03\x04", 0, 4) == (opened.byte(), opened.take(2), opened.left, opened.at)


def test_nothing_may_be_taken_where_nothing_is_left() -> None:
    assert b"" == reader(b"").take(0)


@pytest.mark.parametrize("count", [3, 1000, -1])
def test_more_than_there_is_is_an_error_and_takes_nothing(count: int) -> None:
    opened = reader(b"\x01\x02")
    with pytest.raises(DecodeError, match="ends inside a value") as caught:
        opened.take(count)
    assert ("read again", 2) == (caught.value.hint, opened.left)
