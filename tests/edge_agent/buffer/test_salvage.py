"""Rows come out of a file that SQLite cannot read any more."""

from pathlib import Path

import pytest

from edge_agent.buffer.salvage import scan
from tests.edge_agent.buffer.builders import open_guard, sample

ROWS = 300  # several pages


def filled(folder: Path) -> dict[int, int]:
    """Epochs by stream number of a buffer with the values 1 to `ROWS`."""
    guard = open_guard(folder)
    guard.append([sample(number) for number in range(1, ROWS + 1)])
    epochs = dict(guard.buffer.directory.streams)
    guard.close()
    return epochs


def test_a_whole_file_gives_every_row_with_its_stream(tmp_path: Path) -> None:
    epochs = filled(tmp_path)
    rows = {(stream, row.sequence, row.value) for stream, row in scan(tmp_path, epochs)}
    assert {(1, number, number) for number in range(1, ROWS + 1)} == rows


def test_rows_that_are_only_in_the_log_are_found(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(5)])
    rows = [row.value for _, row in scan(tmp_path, dict(guard.buffer.directory.streams))]
    guard.close()
    assert 5 in rows


@pytest.mark.parametrize("pointers", [b"\0" * 20, b"\xff" * 20])
def test_pages_without_usable_pointers_are_searched_byte_by_byte(tmp_path: Path, pointers: bytes) -> None:
    epochs = filled(tmp_path)
    path = tmp_path / "buffer.db"
    content = bytearray(path.read_bytes())
    for page in range(4096, len(content), 4096):
        if content[page] == 0x0D:
            content[page + 8 : page + 8 + len(pointers)] = pointers
    path.write_bytes(content)
    assert set(range(1, ROWS + 1)) == {row.value for _, row in scan(tmp_path, epochs)}


def test_a_row_with_one_flipped_bit_is_not_believed(tmp_path: Path) -> None:
    epochs = filled(tmp_path)
    path = tmp_path / "buffer.db"
    content = bytearray(path.read_bytes())
    content[-2] ^= 4  # in the checksum of the row at the end of the last page
    path.write_bytes(content)
    assert ROWS - 1 == len({row.sequence for _, row in scan(tmp_path, epochs)})


def test_rows_of_a_stream_that_is_not_ours_are_none(tmp_path: Path) -> None:
    epochs = filled(tmp_path)
    assert [] == list(scan(tmp_path, {1: epochs[1] + 1}))
    assert [] == list(scan(tmp_path, {2: epochs[1]}))
