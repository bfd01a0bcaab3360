"""How fast we rate: `make bench-rating`.

Kernel, side by side with NREL's PySAM in one run: readings are in memory, every line of every bill is made and rounded.
One core each, taking turns. The bills of the first load are compared, so that both really do the same work.

From PostgreSQL to priced lines, with the steps that a billing run takes: contracts, tariff and a month of packed
quarter hours are read, and each line is explained, by two processes.
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parent))
from oracle import PYTHON, YEAR, install, tariff_of  # type: ignore[import-not-found]  # beside this file
from random_cases import BENCHED, load_wh  # type: ignore[import-not-found]  # beside this file

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.usage import History, Intervals, Ints, UsageBatch
from cloud_service.domain.rating.engine import rate_batch
from common.period import months

TIMES = {"residential": 10, "commercial": 5}  # how much faster than PySAM we promise to be
TOLERANCE = Decimal("0.02")
STEP_S = 3600
TURNS, DATABASE_TURNS = 8, 3
WORKERS, SHARD = 2, 250
FIRST_SIZE, INTERVALS = 10_000, 2980  # October in Berlin has 2,980 quarter hours
LIMIT_S, LIMIT_MIB, GROWTH = 10.0, 1024, 2.1


def loads(rows: int) -> Ints:
    """The first load is the one PySAM has; the others are it, scaled."""
    first = np.array(load_wh(1), dtype=np.int64)
    return np.stack([first * (100 + row % 50) // 100 for row in range(rows)])


def year(tariff: Any, values: Ints) -> list[list[RatingResult]]:
    """Twelve bills of every connection, each month handing its history to the next."""
    rows = len(values)
    steps = grid(YEAR.start, YEAR.end, "UTC", STEP_S)
    histories: list[History] = []
    bills_by_month = []
    for month in months(YEAR):
        batch = UsageBatch(rows, {"import": Intervals(values[:, steps.slice_of(month)], STEP_S)}, histories)
        bills_by_month.append(rate_batch(tariff, batch, month, "UTC"))
        histories = [bill.history for bill in bills_by_month[-1]]
    return bills_by_month


def once(tariff: Any, values: Ints) -> tuple[float, list[list[RatingResult]]]:
    """Processor seconds a year-bill, and the bills."""
    start = time.process_time()
    bills = year(tariff, values)
    return (time.process_time() - start) / len(values), bills


def race(name: str, rows: int, pysam: Any) -> tuple[float, float]:
    """Best processor seconds a year-bill of PySAM and of us; they take turns, so that both meet the same machine."""
    tariff, values = tariff_of(BENCHED[name]()), loads(rows)
    theirs = ours = 1e9
    for _ in range(TURNS):
        pysam.stdin.write(f"{name}\n")
        pysam.stdin.flush()
        answer = json.loads(pysam.stdout.readline())
        seconds, bills = once(tariff, values)
        theirs, ours = min(theirs, answer["seconds"]), min(ours, seconds)
    pairs = zip(bills, answer["bills"], strict=True)
    gap = max(abs(month[0].total_unrounded - Decimal(repr(bill))) for month, bill in pairs)
    if gap > TOLERANCE:
        raise SystemExit(f"{name}: the bills differ by {gap}: this is no comparison")
    return theirs, ours


def bench_kernel(rows: int) -> bool:
    """Print limit, PySAM and ours; whether both promises hold."""
    program, fast_enough = [str(PYTHON), str(Path(__file__).with_name("pysam_bills.py")), "speed"], True
    print(f"year-bills per second of one core, 8,760 hourly values, {rows} connections a batch, best of {TURNS} turns")
    print(f"{'tariff':<14}{'PySAM':>10}{'limit':>12}{'ours':>10}{'times':>8}")
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pysam:  # noqa: S603 -- ours
        for name, times in TIMES.items():
            theirs, ours = race(name, rows, pysam)
            fast_enough = fast_enough and theirs / ours >= times
            print(
                f"{name:<14}{1 / theirs:>10,.0f}{times / theirs:>12,.0f}{1 / ours:>10,.0f}{theirs / ours:>7.1f}x",
                flush=True,
            )
        if pysam.stdin is not None:
            pysam.stdin.close()
    return fast_enough


@dataclass(frozen=True, slots=True)
class Took:
    """One run over all connections: seconds of the wall, processor seconds of workers and server, peak memory."""

    wall: float
    busy: float
    peak: int


def bench_database(sizes: Sequence[int]) -> bool:
    """Print limits and ours; whether time, memory and growth are within them.

    A run takes a few seconds, which drift with whatever else the machine does: the sizes take turns, medians count, and
    growth is that of processor seconds.
    """
    import billing  # type: ignore[import-not-found]  # beside this file

    from cloud_service.store.database.upgrade import upgrade

    print(f"from PostgreSQL to priced lines, {WORKERS} processes, a month of quarter hours a connection")
    print(f"median of {DATABASE_TURNS} turns; memory is the highest of all")
    columns = ("connections", "intervals", "limit", "seconds", "processor s", "limit", "peak MiB")
    print("".join(f"{name:>13}" for name in columns))
    runs: dict[int, list[Took]] = {size: [] for size in sizes}
    with tempfile.TemporaryDirectory(prefix="energy-bench-") as folder, ExitStack() as servers:
        urls = {}
        for size in sizes:
            urls[size] = servers.enter_context(billing.server(Path(folder) / f"pg{size}"))
            upgrade(urls[size])
            billing.seed(urls[size], size)
        for _ in range(DATABASE_TURNS):
            for size in sizes:
                runs[size].append(rate_all(urls[size], size, Path(folder) / f"pg{size}"))
    within = [within_limits(size, took) for size, took in runs.items()]
    return grows_evenly(sizes, runs) and all(within)


def within_limits(size: int, took: Sequence[Took]) -> bool:
    """Print the line of a size; whether it kept its limits."""
    limit, wall, busy = LIMIT_S * size / FIRST_SIZE, median(run.wall for run in took), median(run.busy for run in took)
    peak = max(run.peak for run in took) / 2**20
    print(
        f"{size:>13,}{size * INTERVALS:>13,}{limit:>13.1f}{wall:>13.1f}{busy:>13.1f}{LIMIT_MIB:>13}{peak:>13.0f}",
        flush=True,
    )
    return wall <= limit and peak <= LIMIT_MIB


def grows_evenly(sizes: Sequence[int], runs: Mapping[int, Sequence[Took]]) -> bool:
    """Print how time grows from the first size to the second; whether that is within the limit."""
    if len(sizes) < 2:  # noqa: PLR2004 -- two sizes to compare
        return True
    first, second = (runs[size] for size in sizes[:2])
    busy = median(run.busy for run in second) / median(run.busy for run in first)
    wall = median(run.wall for run in second) / median(run.wall for run in first)
    print(
        f"{sizes[1] / sizes[0]:.1f} times the connections took {busy:.2f} times the processor time (limit {GROWTH}), "
        f"{wall:.2f} times the seconds"
    )
    return busy <= GROWTH


def rate_all(url: str, size: int, data: Path) -> Took:
    """Rate all contracts by two workers that take shards; workers are connected before the clock starts."""
    import billing

    server = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
    context = multiprocessing.get_context("spawn")
    shards = [(url, first, min(first + SHARD, size + 1)) for first in range(1, size + 1, SHARD)]
    before = server.children()
    served = -server_seconds(server)
    with billing.Watch(data) as watch, context.Pool(WORKERS, ready, (url,)) as pool:
        pool.map(rate_shard, [(url, 0, 1)] * WORKERS, chunksize=1)
        started = time.monotonic()
        done = list(pool.imap_unordered(rate_shard, shards))
        wall = time.monotonic() - started
        pool.close()
        pool.join()
    psutil.wait_procs([child for child in server.children() if child not in before], timeout=10)
    if sum(count for count, _ in done) != size:
        raise SystemExit(f"{sum(count for count, _ in done)} of {size} connections have lines: this is no measurement")
    return Took(wall, sum(busy for _, busy in done) + served + server_seconds(server), watch.peak)


def server_seconds(server: psutil.Process) -> float:
    """What the server's processes that have ended computed so far."""
    times = server.cpu_times()
    return float(times.children_user + times.children_system)


def ready(url: str) -> None:
    """What a worker has done long before: import the product, connect."""
    from cloud_service.flow import rate as _rate
    from cloud_service.store.database.session import connect

    ENGINES[url] = connect(url)
    with ENGINES[url].connect():
        pass
    assert _rate is not None  # noqa: S101 -- imported for its own sake


def rate_shard(shard: tuple[str, int, int]) -> tuple[int, float]:
    """Rate some contracts: how many have lines, and the processor seconds it took."""
    import billing

    from cloud_service.flow.rate import rate_contracts
    from cloud_service.store.database.session import transaction
    from common.period import Span

    url, first, last = shard
    if not first:
        return 0, 0.0
    busy = -time.process_time()
    with transaction(ENGINES[url]) as session:
        outcomes = rate_contracts(session, list(range(first, last)), Span(*billing.MONTH), chart=False)
    return sum(bool(outcome.rated and outcome.rated.lines) for outcome in outcomes), busy + time.process_time()


ENGINES: dict[str, Any] = {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500, help="connections a batch")
    parser.add_argument(
        "--connections", type=int, nargs="*", default=[FIRST_SIZE, 2 * FIRST_SIZE], help="in PostgreSQL"
    )
    parser.add_argument("--only", choices=["kernel", "database"])
    given = parser.parse_args()
    print(date.today().isoformat(), sys.version.split()[0], f"numpy {np.__version__}")  # noqa: DTZ011 -- a date for people
    passed = True
    if given.only != "database":
        install()
        passed = bench_kernel(given.rows)
    if given.only != "kernel":
        passed = bench_database(given.connections) and passed
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
