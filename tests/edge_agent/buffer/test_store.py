"""The buffer: committed is kept, changed is noticed, what was just written is read as it is on the disk."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from edge_agent.buffer import Damaged
from edge_agent.buffer.recovery import open_buffer
from edge_agent.buffer.retention import prune, thin
from tests.edge_agent.buffer.builders import all_values, open_guard, sample


def test_what_was_committed_is_there_after_opening_again(tmp_path: Path) -> None:
    first = open_guard(tmp_path)
    epoch = first.buffer.current.epoch
    first.append([sample(1), sample(2)])
    first.append([sample(3)])
    first.close()

    again = open_guard(tmp_path)

    assert [1, 2, 3] == all_values(again)
    assert (epoch, 3, 0) == (again.buffer.current.epoch, again.buffer.current.last, again.replaced)
    again.close()


def test_a_second_agent_cannot_open_the_buffer(tmp_path: Path) -> None:
    first = open_guard(tmp_path)
    first.append([sample()])

    with pytest.raises(Exception, match="in use"):
        open_buffer(tmp_path, boot_id="boot-1")
    first.close()


def test_receipts_survive_a_restart(tmp_path: Path) -> None:
    first = open_guard(tmp_path)
    first.append([sample(n) for n in range(10)])
    first.buffer.receive(first.buffer.current, [(1, 4), (6, 7)])
    first.close()

    again = open_guard(tmp_path)

    assert [(1, 4), (6, 7)] == list(again.buffer.current.done)
    assert 4 == again.buffer.current.pending
    again.close()


@pytest.mark.parametrize("column", ["value", "at_ms", "channel", "flags", "boot", "mono_ms", "sum"])
def test_a_changed_row_is_noticed_when_it_is_read(tmp_path: Path, column: str) -> None:
    first = open_guard(tmp_path)
    first.append([sample(n) for n in range(5)])
    first.close()
    with closing(sqlite3.connect(tmp_path / "buffer.db", isolation_level=None)) as raw:
        raw.execute(f"UPDATE reading SET {column} = {column} + 1 WHERE id & 0xFF = 3")

    again = open_guard(tmp_path)

    assert [0, 1, 3, 4] == all_values(again)
    assert (1, 1) == (again.replaced, again.buffer.lost)
    again.close()


def test_a_vanished_row_is_noticed(tmp_path: Path) -> None:
    first = open_guard(tmp_path)
    first.append([sample(n) for n in range(5)])
    first.close()
    with closing(sqlite3.connect(tmp_path / "buffer.db", isolation_level=None)) as raw:
        raw.execute("DELETE FROM reading WHERE id & 0xFF = 3")
        raw.execute("VACUUM")

    again = open_guard(tmp_path)

    assert [0, 1, 3, 4] == all_values(again)
    assert (1, 1) == (again.replaced, again.buffer.lost)
    again.close()


def test_a_lost_log_is_noticed_and_its_rows_are_counted(tmp_path: Path) -> None:
    first = open_guard(tmp_path)
    first.append([sample(n) for n in range(5)])
    first.close()
    first = open_guard(tmp_path)
    first.append([sample(n) for n in range(5, 8)])
    log = (tmp_path / "buffer.db-wal").read_bytes()
    copy = (tmp_path / "buffer.db").read_bytes()
    mark = (tmp_path / "buffer.mark").read_bytes()
    first.close()
    (tmp_path / "buffer.db").write_bytes(copy)  # as a crash leaves it, without its log
    (tmp_path / "buffer.mark").write_bytes(mark)
    assert len(log) > 4096

    again = open_guard(tmp_path)

    assert [0, 1, 2, 3, 4] == all_values(again)
    assert (1, 3) == (again.replaced, again.buffer.lost)
    again.close()


def test_a_resend_asks_for_what_is_here_and_voids_what_is_gone(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(n, at_ms=n) for n in range(1, 11)])
    stream = guard.buffer.current
    guard.buffer.receive(stream, [(1, 10)])
    prune(guard.buffer, 5)

    guard.buffer.reopen(stream, [(3, 8)])

    assert [(1, 2), (9, 10)] == list(stream.done)
    assert [(3, 4)] == list(stream.void("expired"))
    assert [5, 6, 7, 8] == [row.value for row in guard.buffer.rows(stream, 3, 8)]
    guard.close()


def test_a_register_keeps_its_number(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)

    assert 1 == guard.buffer.channel("meter-2", "energy_import_total", "kWh", "index", 77)
    assert 0 == guard.buffer.channel("meter-1", "energy_import_total", "kWh", "index", 5)
    catalog = guard.buffer.catalog(guard.buffer.current)
    assert ["meter-1", "meter-2"] == [channel.meter for channel in catalog.channels]
    guard.close()


def test_what_was_just_committed_is_read_from_memory_as_it_is_on_the_disk(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(1), sample(2)])
    guard.append([sample(value, grid=value % 2 == 0) for value in range(3, 8)])
    buffer, stream = guard.buffer, guard.buffer.current
    spans = [(3, 7), (4, 5), (7, 7), (2, 7), (3, 6)]

    fresh = [buffer.rows(stream, *span, 3) for span in spans]
    buffer.fresh = ()

    assert [buffer.rows(stream, *span, 3) for span in spans] == fresh
    guard.close()


def test_a_committed_reading_that_was_thinned_is_not_read_from_memory(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(1), sample(2, grid=False), sample(3)])
    thin(guard.buffer)

    assert [1, 3] == [row.value for row in guard.buffer.rows(guard.buffer.current, 1, 3)]
    guard.close()


def test_a_new_stream_does_not_read_the_old_ones_rows_from_memory(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(1)])
    guard.buffer.begin_stream()

    with pytest.raises(Damaged, match="vanished"):
        guard.buffer.rows(guard.buffer.current, 1, 1)
    guard.append([sample(2)])
    assert [[1], [2]] == [
        [row.value for row in guard.buffer.rows(stream, 1, 1)] for stream in guard.buffer.streams.values()
    ]
    guard.close()
