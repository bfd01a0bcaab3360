"""How fast we rate, side by side with NREL's PySAM in one run: `make bench-rating`.

Kernel: readings are in memory, every line of every bill is made, explained and rounded. One core each, one after the
other. The bills of the first load are compared, so that both really do the same work.
"""

import argparse
import json
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from oracle import PYTHON, YEAR, install, tariff_of  # type: ignore[import-not-found]  # beside this file
from random_cases import BENCHED, load_wh  # type: ignore[import-not-found]  # beside this file

from cloud_service.domain.calendar import grid
from cloud_service.domain.lines import Rated
from cloud_service.domain.rating import rate_batch
from cloud_service.domain.usage import Batch, History, Intervals, Ints
from common.period import months

TIMES = {"residential": 10, "commercial": 5}  # how much faster than PySAM we promise to be
TOLERANCE = Decimal("0.02")
STEP_S = 3600
TURNS = 8


def loads(rows: int) -> Ints:
    """The first load is the one PySAM has; the others are it, scaled."""
    first = np.array(load_wh(1), dtype=np.int64)
    return np.stack([first * (100 + row % 50) // 100 for row in range(rows)])


def year(tariff: Any, values: Ints) -> list[list[Rated]]:
    """Twelve bills of every connection, each month handing its history to the next."""
    rows = len(values)
    steps = grid(YEAR.start, YEAR.end, "UTC", STEP_S)
    histories: list[History] = []
    found = []
    for month in months(YEAR):
        batch = Batch(rows, {"import": Intervals(values[:, steps.slice_of(month)], STEP_S)}, histories)
        found.append(rate_batch(tariff, batch, month, "UTC"))
        histories = [bill.history for bill in found[-1]]
    return found


def once(tariff: Any, values: Ints) -> tuple[float, list[list[Rated]]]:
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
    program, kept = [str(PYTHON), str(Path(__file__).with_name("pysam_bills.py")), "speed"], True
    print(f"year-bills per second of one core, 8,760 hourly values, {rows} connections a batch, best of {TURNS} turns")
    print(f"{'tariff':<14}{'PySAM':>10}{'limit':>12}{'ours':>10}{'times':>8}")
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pysam:  # noqa: S603 -- ours
        for name, times in TIMES.items():
            theirs, ours = race(name, rows, pysam)
            kept = kept and theirs / ours >= times
            print(
                f"{name:<14}{1 / theirs:>10,.0f}{times / theirs:>12,.0f}{1 / ours:>10,.0f}{theirs / ours:>7.1f}x",
                flush=True,
            )
        if pysam.stdin is not None:
            pysam.stdin.close()
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500, help="connections a batch")
    given = parser.parse_args()
    install()
    print(date.today().isoformat(), sys.version.split()[0], f"numpy {np.__version__}")  # noqa: DTZ011 -- a date for people
    sys.exit(0 if bench_kernel(given.rows) else 1)


if __name__ == "__main__":
    main()
