"""Bytes of a frame, read from the first to the last; pure."""

from common.errors import DecodeError


class ByteReader:
    """A place in bytes that only goes forward; reading past their end is a DecodeError with `sentence` and `hint`."""

    __slots__ = ("at", "data", "hint", "sentence")

    def __init__(self, data: bytes, at: int = 0, *, sentence: str, hint: str) -> None:
        self.data = data
        self.at = at  # offset of the next byte
        self.sentence = sentence
        self.hint = hint

    @property
    def left(self) -> int:
        """How many bytes have not been read."""
        return len(self.data) - self.at

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if not 0 <= count <= self.left:
            raise DecodeError(self.sentence, hint=self.hint)
        self.at += count
        return self.data[self.at - count : self.at]
