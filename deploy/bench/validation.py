"""`make bench-validation`: intervals a second of CPU time, data in memory; `make bench-ingest` says it too.

`stored` is the same work as a worker does it: read from and written back to PostgreSQL.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import psycopg

from cloud_service.domain.metering.vee import index
from cloud_service.domain.metering.vee.interval import make_interval_days
from cloud_service.domain.metering.vee.series import DayWindow, RegisterRules, readings
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database.session import connect

REGISTERS, STEP_S = 500, 900


def in_memory() -> dict[str, int]:
    """Intervals/s of a core: a month of index registers read on and beside the grid, and of interval registers."""
    days = tuple(date(2026, 6, 1) + timedelta(days=n) for n in range(31))
    start = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 1000
    window = DayWindow(days[:30], tuple(start + n * 86_400_000 for n in range(31)))
    at_ms = np.arange(start, window.end_ms + 1, STEP_S * 1000, dtype=np.int64)
    steps = np.random.default_rng(1).integers(0, 2000, size=(REGISTERS, len(at_ms)))
    numbers = range(REGISTERS)
    jobs = [
        index.IndexJob(RegisterRules(n, "index", STEP_S, "UTC"), window, readings(at_ms, np.cumsum(steps[n])))
        for n in numbers
    ]
    beside = [index.IndexJob(job.rules, window, readings(at_ms + 7000, job.given.value)) for job in jobs]
    index.make_days(jobs[:50])

    def intervals() -> list[Any]:
        return [
            make_interval_days(RegisterRules(n, "interval", STEP_S, "UTC"), window, readings(at_ms[1:], steps[n][1:]))
            for n in numbers
        ]

    return {
        "index_intervals_s": _speed(lambda: index.make_days(jobs)),
        "index_beside_the_grid_intervals_s": _speed(lambda: index.make_days(beside)),
        "interval_intervals_s": _speed(intervals),
    }


def _speed(work: Callable[[], list[Any]]) -> int:
    """Intervals made in a second of this process's CPU time."""
    started = time.process_time()
    batches = work()
    taken = time.process_time() - started
    return round(sum(len(day.qualities) for batch in batches for day in batch.days) / taken)


def stored(url: str) -> dict[str, int]:
    """Readings/s and days/s of everything that waits in a database."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE reading")
        row = owner.execute("SELECT count(*) FROM reading").fetchone()
    engine = connect(url)
    started = time.perf_counter()
    report = validate_dirty(engine, limit=100_000)
    taken = time.perf_counter() - started
    engine.dispose()
    return {
        "stored_readings_validated_s": round((row[0] if row else 0) / taken),
        "stored_days_made_s": round(report.days / taken),
    }


if __name__ == "__main__":
    for name, value in in_memory().items():
        sys.stdout.write(f"{name.replace('_', ' '):34} {value:>14,}\n")
