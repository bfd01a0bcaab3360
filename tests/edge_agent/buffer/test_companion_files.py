"""The files beside the buffer: one of their copies is always whole."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from common.message import Channel
from edge_agent.buffer.companion_files import (
    MarkFile,
    StreamMark,
    newest_mark,
    read_directory,
    require_as_long_as,
    write_directory,
)
from edge_agent.buffer.directory import BufferDirectory
from edge_agent.buffer.errors import Damaged
from edge_agent.buffer.state import BufferStream

DIRECTORY = BufferDirectory(
    3, ((1, 77),), (Channel("meter-1", "energy", "kWh", "index", 5),), ((1, "boot"),), edition=9
)


@pytest.fixture
def marks(tmp_path: Path) -> Iterator[MarkFile]:
    with closing(MarkFile(tmp_path / "buffer.mark")) as file:
        yield file


def test_a_directory_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_directory(tmp_path / "buffer.catalog", DIRECTORY)
    assert read_directory(tmp_path / "buffer.catalog") == DIRECTORY
    assert ["buffer.catalog"] == [path.name for path in tmp_path.iterdir()]


def test_a_damaged_or_missing_directory_is_none(tmp_path: Path) -> None:
    path = tmp_path / "buffer.catalog"
    assert read_directory(path) is None
    write_directory(path, DIRECTORY)
    path.write_bytes(path.read_bytes()[:-1])
    assert read_directory(path) is None


def test_the_newest_mark_counts(marks: MarkFile) -> None:
    assert marks.read() is None
    for last in (5, 6, 7):
        marks.write(StreamMark(1, 77, last, last - 1))
    assert StreamMark(1, 77, 7, 6) == marks.read()


def test_a_torn_mark_leaves_the_one_before(marks: MarkFile, tmp_path: Path) -> None:
    marks.write(StreamMark(1, 77, 5, 4))
    marks.write(StreamMark(1, 77, 6, 4))
    content = bytearray((tmp_path / "buffer.mark").read_bytes())
    content[-9] ^= 1  # in the second slot
    assert StreamMark(1, 77, 5, 4) == newest_mark(bytes(content))


@pytest.mark.parametrize("mark", [None, StreamMark(1, 77, 10, 10), StreamMark(1, 78, 99, 0)])
def test_a_mark_of_no_more_than_the_file_has_is_fine(mark: StreamMark | None, tmp_path: Path) -> None:
    require_as_long_as(mark, BufferStream(1, 77, last=10), tmp_path)


@pytest.mark.parametrize("mark", [StreamMark(1, 77, 11, 0), StreamMark(2, 5, 0, 0)])
def test_a_mark_that_knows_more_than_the_file_is_damage(mark: StreamMark, tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        require_as_long_as(mark, BufferStream(1, 77, last=10), tmp_path)
