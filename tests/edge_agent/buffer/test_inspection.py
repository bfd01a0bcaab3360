"""Looking into a buffer read-only."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from common.reading import TimeQuality
from edge_agent.buffer.errors import Damaged, InUse
from edge_agent.buffer.inspection import inspected
from tests.edge_agent.buffer.builders import open_guard, sample


def fill(folder: Path) -> None:
    """Five readings, the second of unknown time, the first two receipted."""
    guard = open_guard(folder)
    guard.append([sample(n, at_ms=1000 * n, time_quality=TimeQuality.UNKNOWN if n == 2 else 0) for n in range(1, 6)])
    guard.buffer.receive(guard.buffer.current, [(1, 2)])
    guard.buffer.date_boot(1_790_000_000_000)
    guard.close()


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "buffer.db", isolation_level=None)) as connection:
        connection.execute(statement)


def test_readings_come_with_their_channel_time_and_receipt(tmp_path: Path) -> None:
    fill(tmp_path)
    with inspected(tmp_path) as opened:
        readings = list(opened.readings())
    assert [(1, True), (2, True), (3, False), (4, False), (5, False)] == [
        (reading.row.value, reading.receipted) for reading in readings
    ]
    assert {"meter-1"} == {reading.channel.meter for reading in readings}
    assert (1_790_000_002_000, TimeQuality.RECONSTRUCTED) == (readings[1].at_ms, readings[1].time_quality)


def test_a_changed_row_is_damage(tmp_path: Path) -> None:
    fill(tmp_path)
    change(tmp_path, "UPDATE reading SET value = value + 1 WHERE id & 255 = 4")
    with inspected(tmp_path) as opened, pytest.raises(Damaged, match="row 4 was changed"):
        list(opened.readings())


@pytest.mark.parametrize("sequence", [4, 5])
def test_a_vanished_row_is_damage(tmp_path: Path, sequence: int) -> None:
    fill(tmp_path)
    change(tmp_path, f"DELETE FROM reading WHERE id & 255 = {sequence}")
    with pytest.raises(Damaged), inspected(tmp_path) as opened:
        list(opened.readings())


def test_a_buffer_in_use_says_so(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    with pytest.raises(InUse), inspected(tmp_path):
        pass
    guard.close()


def test_the_summary_counts_what_is_stored_by_stream_and_channel(tmp_path: Path) -> None:
    fill(tmp_path)
    with inspected(tmp_path) as opened:
        summary = opened.summary()
    assert ({"note": 2, "reading": 5}, 0) == (summary["tables"], summary["thinned"])
    assert [(5, 2, 3, 5, {})] == [
        tuple(stream[name] for name in ("last", "receipted", "waiting", "stored", "void"))
        for stream in summary["streams"]
    ]
    assert [(0, "energy_import_total", 5)] == [
        (channel["number"], channel["register"], channel["readings"]) for channel in summary["channels"]
    ]
    assert [{"number": 1, "boot_id": "boot-1", "offset_ms": 1_790_000_000_000}] == summary["boots"]
