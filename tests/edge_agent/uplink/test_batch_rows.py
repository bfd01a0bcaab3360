"""Rows become columns of a batch, each with its time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.reading import Quality, TimeQuality
from edge_agent.buffer import BufferGuard, BufferRow
from edge_agent.uplink.batch_rows import dated_rows, wire_columns
from tests.edge_agent.buffer.builders import open_guard, sample

KNOWN_AT_MS = 1_790_000_000_000


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[BufferGuard]:
    opened = open_guard(tmp_path)
    yield opened
    opened.close()


def stored(guard: BufferGuard) -> list[BufferRow]:
    return guard.buffer.rows(guard.buffer.current, 1, guard.buffer.current.last)


def test_rows_of_known_time_go_as_they_are(guard: BufferGuard) -> None:
    guard.append([sample(1, at_ms=KNOWN_AT_MS), sample(2, at_ms=KNOWN_AT_MS + 100)])
    assert stored(guard) == dated_rows(guard.buffer, stored(guard))


def test_nothing_behind_a_row_of_unknown_time_goes_until_the_clock_is_known(guard: BufferGuard) -> None:
    guard.append([sample(1, at_ms=KNOWN_AT_MS), sample(2, at_ms=5000, time_quality=TimeQuality.UNKNOWN), sample(3)])
    assert [1] == [row.value for row in dated_rows(guard.buffer, stored(guard))]
    guard.buffer.date_boot(KNOWN_AT_MS)
    second = dated_rows(guard.buffer, stored(guard))[1]
    assert (KNOWN_AT_MS + 5000, TimeQuality.RECONSTRUCTED) == (second.at_ms, second.time_quality)


def test_columns_have_one_entry_a_row_and_qualities_apart() -> None:
    flags = Quality.SUSPECT | TimeQuality.INFORMED << 3 | 1 << 6
    rows = wire_columns([BufferRow(5, 0, 1, 10, 1000, 77, flags), BufferRow(6, 1, 1, 20, 2000, -7, 0)])
    assert ([5, 6], [0, 1], [1000, 2000], [77, -7]) == (
        list(rows.sequence), list(rows.channel), list(rows.at_ms), list(rows.value)
    )  # fmt: skip
    assert (bytes((Quality.SUSPECT, 0)), bytes((TimeQuality.INFORMED, 0))) == (rows.quality, rows.time_quality)
