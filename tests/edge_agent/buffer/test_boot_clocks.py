"""Readings from before the first clock are dated afterwards."""

from pathlib import Path

from common.reading import TimeQuality
from edge_agent.buffer import Buffer
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
