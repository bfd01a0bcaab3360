"""Readings from before the first clock are dated afterwards."""

from pathlib import Path

import pytest

from common.reading import TimeQuality
from edge_agent.buffer import Buffer, BufferRow, boot_clocks
from edge_agent.buffer.boot_clocks import dated, with_boot
from tests.edge_agent.buffer.builders import open_guard, sample


def test_readings_before_the_first_clock_are_dated_afterwards(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(1, at_ms=5000, time_quality=TimeQuality.UNKNOWN)])
    row = guard.buffer.rows(guard.buffer.current, 1, 1)[0]
    assert guard.buffer.dated(row) is None

    guard.buffer.date_boot(1_790_000_000_000)

    assert (1_790_000_005_000, TimeQuality.RECONSTRUCTED) == guard.buffer.dated(row)
    guard.close()
    again = Buffer(tmp_path, boot_id="boot-1")
    assert (1_790_000_005_000, TimeQuality.RECONSTRUCTED) == again.dated(row)
    again.close()


def test_readings_of_a_boot_that_never_had_a_clock_end_where_the_next_boot_begins(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(1, at_ms=at_ms, time_quality=TimeQuality.UNKNOWN) for at_ms in (1000, 61_000)])
    guard.close()
    later = Buffer(tmp_path, boot_id="boot-2")
    earlier_row, last_row = later.rows(later.current, 1, 2)
    assert later.dated(last_row) is None  # until this boot's clock is known

    later.date_boot(1_790_000_000_000)

    assert (1_790_000_000_000, TimeQuality.UNKNOWN) == later.dated(last_row)
    assert (1_789_999_940_000, TimeQuality.UNKNOWN) == later.dated(earlier_row)
    later.close()


def test_readings_of_more_boots_than_are_remembered_are_all_dated_by_the_first_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watchdog may boot a gateway each two minutes for days before it hears the time."""
    monkeypatch.setattr(boot_clocks, "BOOTS_MAX", 20)
    boots = 45
    open_guard(tmp_path).close()
    for number in range(boots):
        buffer = Buffer(tmp_path, boot_id=f"offline-{number}", synchronous="OFF")
        buffer.append([sample(number, at_ms=60_000, time_quality=TimeQuality.UNKNOWN)])
        buffer.close()
    buffer = Buffer(tmp_path, boot_id="with-a-clock")
    buffer.date_boot(1_790_000_000_000)

    times = [buffer.dated(row) for row in buffer.rows(buffer.current, 1, boots)]
    assert sorted(time for time in times if time) == times
    assert (boots, (1_790_000_000_000, TimeQuality.UNKNOWN)) == (len(times), times[-1])
    assert 60_000 * (boots - 1) == times[-1][0] - times[0][0]  # type: ignore[index]
    buffer.close()

    for number in range(boots):  # nothing is sent meanwhile: what is known of the time stays
        directory = with_boot(buffer.directory, f"later-{number}", range(boots + 2))
        buffer.directory = directory
    assert times == [dated(directory, row) for row in rows_of(tmp_path, boots)]


def rows_of(folder: Path, count: int) -> list[BufferRow]:
    """The rows as they lie on the disk."""
    buffer = Buffer(folder, boot_id="with-a-clock")
    rows = buffer.rows(buffer.current, 1, count)
    buffer.close()
    return rows
