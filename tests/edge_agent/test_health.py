"""The gateway's own state."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.errors import UnavailableError
from common.message import DeviceHealth, Health
from common.reading import TimeQuality
from edge_agent import health
from edge_agent.buffer import BufferGuard
from tests.edge_agent.buffer.builders import open_guard, sample

DEVICE = DeviceHealth("meter-1", "line", 10, 1)


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[BufferGuard]:
    opened = open_guard(tmp_path)
    yield opened
    opened.close()


def report(guard: BufferGuard) -> Health:
    return health.report(guard, [DEVICE], now_ms=5, time_quality=TimeQuality.INFORMED, rejections=3)


def test_a_report_counts_what_waits_on_disk_and_in_memory(guard: BufferGuard) -> None:
    guard.append([sample(1), sample(2), sample(3)])
    guard.buffer.receive(guard.buffer.current, [(1, 1)])
    guard.waiting.append(sample(4))
    state = report(guard)
    assert (3, "ok", 3, TimeQuality.INFORMED, (DEVICE,)) == (
        state.pending_rows, state.state, state.rejected_messages, state.time_quality, state.devices
    )  # fmt: skip
    assert state.disk_free_bytes > 0
    assert state.buffer_bytes > 0


def test_readings_that_never_got_to_the_disk_count_as_thinned(guard: BufferGuard) -> None:
    guard.dropped = 7
    assert 7 == report(guard).thinned_rows


def test_a_buffer_that_cannot_be_opened_is_the_state(guard: BufferGuard, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: BufferGuard) -> None:
        raise UnavailableError("no room", code="disk_full")

    monkeypatch.setattr(BufferGuard, "buffer", property(fail))
    state = report(guard)
    assert ("disk_full", 0) == (state.state, state.buffer_bytes)


def test_memory_is_read_from_the_system_and_unknown_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = tmp_path / "status"
    monkeypatch.setattr(health, "STATUS_FILE", status)
    assert 0 == health.rss_kib()
    status.write_text("Name:\tagent\nVmRSS:\t  51234 kB\n")
    assert 51234 == health.rss_kib()
