"""Buffers with one channel and readings, for tests."""

from pathlib import Path

from edge_agent.buffer import BufferGuard, BufferSample
from edge_agent.buffer.guard import BufferLimits


def sample(
    value: int = 1000, *, channel: int = 0, at_ms: int = 1_790_000_000_000, grid: bool = True, time_quality: int = 0
) -> BufferSample:
    """A reading on the billing grid."""
    return BufferSample(
        channel, mono_ms=at_ms % 10**9, at_ms=at_ms, value=value, quality=0, time_quality=time_quality, grid=grid
    )


def open_guard(folder: Path, **limits: int) -> BufferGuard:
    """A guard on a buffer that knows one register of one meter."""
    guard = BufferGuard(folder, boot_id="boot-1", limits=BufferLimits(**{"ballast_bytes": 4096, **limits}))
    guard.buffer.channel("meter-1", "energy_import_total", "kWh", "index", 0)
    return guard


def all_values(guard: BufferGuard) -> list[int]:
    """All values of all streams, as the uplink would read them."""
    while guard.salvage_step():
        pass
    return [row.value for stream in guard.buffer.streams.values() for row in guard.buffer.rows(stream, 1, stream.last)]
