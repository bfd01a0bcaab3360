"""What polling costs: our agent, thingsboard-gateway and modpoll, in turn on the same simulated meters.

50 meters on 4 lines, 10 registers each, once a second: readings per CPU second, CPU share, memory. *sending*: a broker
is there and everything is acknowledged. *offline*: the broker has gone, everything stays in the gateway's SQLite file.
modpoll keeps and sends nothing. Each turn runs all of them, so that they meet the same machine; the median of the turns
counts. CPU time is the kernel's count for the whole process, in nanoseconds. `make bench-edge`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from deploy.bench.edge_cloud import Cloud
from deploy.bench.edge_meters import LINES, METERS, REGISTERS, Meters, free_ports
from deploy.bench.edge_programs import ROOT, Make, Program, Unavailable, agent, modpoll, thingsboard

RSS_MAX_MIB, CPU_MAX, TIMES_MIN = 60, 0.05, 10
ARRIVED_MIN = 0.9  # of the readings of a window; the last ones may still be on their way
SETTLE_S = 3
SENDING, OFFLINE = "sending", "offline"
PROGRAMS: dict[str, tuple[Make, tuple[str, ...]]] = {
    "our agent": (agent, (SENDING, OFFLINE)),
    "thingsboard-gateway": (thingsboard, (SENDING, OFFLINE)),
    "modpoll": (modpoll, (SENDING,)),
}
COLUMNS = "{:<30}{:>9}{:>11}{:>16}{:>12}{:>9}{:>9}"
HEAD = ("", "polls/s", "readings/s", "readings/CPU s", "us/reading", "CPU", "RSS MiB")


@dataclass(frozen=True)
class Cost:
    """One program for some seconds."""

    readings: float
    seconds: float
    cpu_s: float
    rss_mib: float
    arrived: float

    @property
    def rate(self) -> float:
        """Readings per CPU second."""
        return self.readings / self.cpu_s

    @property
    def share(self) -> float:
        """Of one core."""
        return self.cpu_s / self.seconds

    def row(self, name: str) -> str:
        """One line of the table."""
        polled, a_second = self.readings / len(REGISTERS) / self.seconds, self.readings / self.seconds
        dear = 1e6 * self.cpu_s / max(self.readings, 1)
        facts = (f"{polled:.1f}", f"{a_second:.0f}", f"{self.rate:,.0f}", f"{dear:.1f}", f"{self.share:.2%}")
        return COLUMNS.format(name, *facts, f"{self.rss_mib:.1f}")


@dataclass(frozen=True)
class Running:
    """A program at work, and who can tell what it does."""

    program: Program
    pid: int
    meters: Meters
    cloud: Cloud

    def look(self) -> tuple[float, float, int, int]:
        """Time, CPU seconds, requests and readings that have arrived up to now."""
        return time.monotonic(), cpu_s(self.pid), self.meters.requests(), self.cloud.arrived

    def watch(self, seconds: float) -> Cost:
        """What it costs from now on."""
        began = self.look()
        time.sleep(seconds)
        took, cpu, requests, arrived = (new - old for new, old in zip(self.look(), began, strict=True))
        readings = requests / self.program.requests_a_meter * len(REGISTERS)
        return Cost(readings, took, cpu, rss_mib(self.pid), arrived)


def measure(make: Make, modes: Sequence[str], seconds: float, *, interval_s: int = 1) -> dict[str, Cost]:
    """The cost of a program in each mode; its start is not counted."""
    found = {}
    with started(make, interval_s) as one:
        time.sleep(one.program.warm_up_s)
        for mode in modes:
            if mode == OFFLINE:
                one.cloud.cut()
            time.sleep(SETTLE_S)
            found[mode] = one.watch(seconds)
    return found


@contextmanager
def started(make: Make, interval_s: int) -> Iterator[Running]:
    """A program with meters and a cloud of its own."""
    with tempfile.TemporaryDirectory(prefix="energy-bench-") as name:
        folder, ports = Path(name), free_ports(LINES)
        with Cloud(folder) as cloud, Meters(ports) as meters:
            program = make(folder, ports, cloud.port, interval_s)
            with process_of(program, folder) as pid:
                yield Running(program, pid, meters, cloud)


@contextmanager
def process_of(program: Program, folder: Path) -> Iterator[int]:
    """The process id of a program while it runs."""
    with (
        (folder / "output.log").open("wb") as output,
        subprocess.Popen(  # noqa: S603 - one of the three programs
            program.command,
            cwd=ROOT if program.command[0] == sys.executable else folder,
            stdout=output,
            stderr=output,
            env={**os.environ, **program.environment},
        ) as process,
    ):
        try:
            yield process.pid
        finally:
            if process.poll() is not None:
                print(f"{program.name} ended by itself:\n{(folder / 'output.log').read_text()[-1500:]}")
            process.terminate()


def cpu_s(pid: int) -> float:
    """User and system time of a process and all its threads, those that have ended included (Linux)."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        raise Unavailable("it has ended") from None


def rss_mib(pid: int) -> float:
    """Memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def turn(seconds: float) -> dict[str, Cost]:
    """All programs in all modes, once; each row is printed when it is there."""
    found: dict[str, Cost] = {}
    for name, (make, modes) in PROGRAMS.items():
        try:
            costs = measure(make, modes, seconds)
        except Unavailable as error:
            print(f"{name}: not measured. {error}")
            continue
        for mode, cost in costs.items():
            found[f"{name}, {mode}"] = cost
            print(cost.row(f"{name}, {mode}"), flush=True)
            if mode == SENDING and name != "modpoll" and cost.arrived < ARRIVED_MIN * cost.readings:
                print(f"  of {cost.readings:,.0f} readings only {cost.arrived:,.0f} arrived")
    return found


def typical(turns: Sequence[dict[str, Cost]]) -> dict[str, Cost]:
    """The turn in the middle of each program and mode."""
    names = dict.fromkeys(name for found in turns for name in found)
    costs = {
        name: sorted((found[name] for found in turns if name in found), key=lambda cost: cost.rate) for name in names
    }
    return {name: ranked[len(ranked) // 2] for name, ranked in costs.items()}


def times(turns: Sequence[dict[str, Cost]], mode: str) -> list[float]:
    """How often our readings per CPU second hold thingsboard-gateway's, turn by turn."""
    ours, theirs = f"our agent, {mode}", f"thingsboard-gateway, {mode}"
    return [found[ours].rate / found[theirs].rate for found in turns if theirs in found]


def judged(turns: Sequence[dict[str, Cost]], minute: Cost) -> bool:
    """Print the goals beside the figures; whether all are met."""
    ours = [cost for found in turns for name, cost in found.items() if name.startswith("our agent")]
    rss = max(cost.rss_mib for cost in (*ours, minute))
    facts = [
        (f"at most {RSS_MAX_MIB} MiB", f"{rss:.1f} MiB", rss <= RSS_MAX_MIB),
        (f"under {CPU_MAX:.0%} of a core at one round a minute", f"{minute.share:.2%}", minute.share < CPU_MAX),
    ]
    for mode in (SENDING, OFFLINE):
        if ratios := times(turns, mode):
            middle = median(ratios)
            goal = f"{TIMES_MIN} times the readings per CPU second of thingsboard-gateway, {mode}"
            figure = f"{middle:.1f} times ({', '.join(f'{ratio:.1f}' for ratio in ratios)})"
            facts.append((goal, figure, middle >= TIMES_MIN))
    for goal, figure, met in facts:
        print(f"{'met  ' if met else 'MISSED'} {goal}: {figure}")
    return all(met for *_, met in facts)


def main() -> int:
    """Measure all and print one table; 1 if a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=30, help="that each program is watched in each mode")
    options.add_argument("--turns", type=int, default=3)
    given = options.parse_args()
    load = f"{METERS} meters on {LINES} lines x {len(REGISTERS)} registers every second"
    print(f"{load}, {given.turns} turns of {given.seconds:g} s")
    print(COLUMNS.format(*HEAD))
    turns = [turn(given.seconds) for _ in range(given.turns)]
    minute = measure(agent, (SENDING,), 60, interval_s=60)[SENDING]
    print("the turns in the middle:")
    for name, cost in (*typical(turns).items(), ("our agent, once a minute", minute)):
        print(cost.row(name))
    return 0 if judged(turns, minute) else 1


if __name__ == "__main__":
    raise SystemExit(main())
