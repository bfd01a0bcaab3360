"""Frames as people hand them over."""

import io
import sys
from pathlib import Path

import pytest

from common.errors import DecodeError, NotFoundError
from edge_agent.cli.frames import frame_bytes, telegram_bytes


class StandardInput:
    """What `sys.stdin` is to a command."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("text", ["68 16", "6816", "0x68 0x16", "68:16", "68-16", "68,16", " 68\n16 "])
def test_all_ways_to_write_two_bytes_are_the_same(text: str) -> None:
    assert b"\x68\x16" == frame_bytes(text)


def test_a_frame_may_lie_in_a_file_or_come_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "frame.hex"
    file.write_text("68 16\n")
    monkeypatch.setattr(sys, "stdin", StandardInput(b"68 16"))
    assert [b"\x68\x16"] * 3 == [frame_bytes(given) for given in (str(file), f"@{file}", "-")]


@pytest.mark.parametrize(("text", "message"), [("xyz", "not hexadecimal"), ("123", "odd number"), ("", "no bytes")])
def test_what_is_no_frame_says_why(text: str, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        frame_bytes(text)


def test_a_file_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        frame_bytes("@/nowhere/frame.hex")
    with pytest.raises(NotFoundError):
        telegram_bytes("/nowhere/telegram.txt")


def test_a_telegram_may_be_text_hexadecimal_or_a_file(tmp_path: Path) -> None:
    telegram = b"/XXX5\r\n1.8.0(1*kWh)\r\n!\r\n"
    (tmp_path / "p1.txt").write_bytes(telegram)
    assert [telegram] * 3 == [
        telegram_bytes(given) for given in (telegram.decode(), telegram.hex(), str(tmp_path / "p1.txt"))
    ]
