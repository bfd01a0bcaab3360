"""Where a run's time went: processor seconds by part of the system, and what PostgreSQL's backends waited for."""

import threading
import time
from collections import Counter
from types import TracebackType
from typing import Any, Self

import psutil
import psycopg

from deploy.bench.rig import Rig

SAMPLE_S = 0.05
WAITS = (
    "SELECT coalesce(wait_event_type || ' ' || wait_event, 'working') FROM pg_stat_activity"
    " WHERE application_name LIKE 'subscriber%' AND state <> 'idle'"
)


class Spent:
    """Around a run: `seconds` by part (load, broker, subscribers, backends, database) and the share of each wait.

    `load` is this process. `database` is what PostgreSQL does beside its backends: checkpoints, WAL, vacuum. Backends
    of a subscriber are known by its name, which `Rig` gives to libpq. What `other` programs took of the cores is said
    too, since on a busy machine it explains a slow run.
    """

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.seconds: dict[str, float] = {}
        self.waits: Counter[str] = Counter()
        self.wall_s = 0.0
        self._done = threading.Event()

    def __enter__(self) -> Self:
        self._before, self._started = _seconds(self.rig), time.perf_counter()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wall_s = time.perf_counter() - self._started
        after = _seconds(self.rig)
        self.seconds = {program: max(0.0, after[program] - self._before[program]) for program in after}
        self._done.set()
        self._sampler.join()

    def figures(self, rows: int) -> dict[str, Any]:
        """Processor seconds a million rows by part; how busy the cores were; what active backends did, in percent."""
        million = rows / 1e6
        busy = sum(self.seconds.values()) / self.wall_s / (psutil.cpu_count() or 1)
        ours = sum(taken for program, taken in self.seconds.items() if program != "other")
        samples = max(1, self.waits.total())
        return {
            "cpu_s_per_million": {program: round(taken / million, 2) for program, taken in self.seconds.items()},
            "cores_busy_percent": round(100 * busy),
            "of_that_ours_percent": round(100 * ours / max(0.001, sum(self.seconds.values()))),
            "backends_percent": {kind: round(100 * n / samples) for kind, n in self.waits.most_common()},
        }

    def _sample(self) -> None:
        with psycopg.connect(self.rig.database_url, autocommit=True, application_name="bench") as connection:
            while not self._done.wait(SAMPLE_S):
                self.waits.update(row[0] for row in connection.execute(WAITS))


def _seconds(rig: Rig) -> dict[str, float]:
    """Processor seconds since their start, of all that runs."""
    own = rig.postmaster()
    backends = sum(_of(process) for process in own if "[local]" in _command(process))
    seconds = {
        "load": time.process_time(),
        "broker": _of(psutil.Process(rig.processes["broker"].pid)),
        "subscribers": sum(
            _of(psutil.Process(process.pid))
            for name, process in rig.processes.items()
            if name not in ("broker", "postgres")
        ),
        "backends": backends,
        "database": sum(map(_of, own)) - backends + sum(own[0].cpu_times()[2:4]),  # with the children that are gone
    }
    times = psutil.cpu_times()
    busy = sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
    return seconds | {"other": busy - sum(seconds.values())}


def _of(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        return 0.0


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
