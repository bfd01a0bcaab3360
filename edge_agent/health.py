"""The gateway's own state as the cloud and `doctor` see it."""

import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from common.errors import EnergyError
from common.message import DeviceHealth, Health
from common.reading import TimeQuality
from edge_agent.buffer import BufferGuard

STARTED_S = time.monotonic()
STATUS_FILE = Path("/proc/self/status")


def rss_kib() -> int:
    """Resident memory of this process; 0 where the system does not tell."""
    try:
        lines = STATUS_FILE.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def report(
    guard: BufferGuard,
    devices: Iterable[DeviceHealth],
    *,
    now_ms: int,
    time_quality: TimeQuality,
    rejections: int,
) -> Health:
    """One health report. Runs in the thread that owns the buffer."""
    free = shutil.disk_usage(guard.folder).free
    try:
        buffer = guard.buffer
        counts = (sum(s.pending for s in buffer.streams.values()), buffer.used_bytes, buffer.lost, buffer.thinned)
        state = guard.problem or ("salvaging" if guard.salvaging else "ok")
    except EnergyError as error:
        counts, state = (0, 0, 0, 0), error.code
    pending, used, lost, thinned = counts
    return Health(
        at_ms=max(now_ms, 0),
        uptime_s=int(time.monotonic() - STARTED_S),
        rss_kib=rss_kib(),
        pending_rows=pending + len(guard.waiting),
        buffer_bytes=used,
        disk_free_bytes=free,
        state=state,
        lost_rows=lost,
        thinned_rows=thinned + guard.dropped,
        rejected_messages=rejections,
        time_quality=int(time_quality),
        devices=tuple(devices),
    )
