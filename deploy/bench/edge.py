"""What polling costs: our agent, thingsboard-gateway and modpoll, one after the other on the same simulated meters.

50 meters on 4 lines, 10 registers each, once a second: readings per CPU second, CPU share, memory. *sending*: a broker
is there and everything is acknowledged. *offline*: the broker has gone, everything stays in the gateway's SQLite file.
modpoll keeps and sends nothing. Of each program the cheapest 10 s count, since what else the machine does only ever
adds. `make bench-edge`; `--seconds N` for longer runs.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from deploy.bench.edge_cloud import Cloud
from deploy.bench.edge_meters import LINES, METERS, REGISTERS, Meters, free_ports
from deploy.bench.edge_programs import ROOT, Make, Program, Unavailable, agent, modpoll, thingsboard

RSS_MAX_MIB, CPU_MAX, TIMES_MIN = 60, 0.05, 10
WINDOW_S, SETTLE_S = 10, 3
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


def measure(make: Make, seconds: float, *, interval_s: int = 1, online: bool = True) -> Cost:
    """The cost of a program in its cheapest window (of at least one round); its start is not counted."""
    window_s = max(WINDOW_S, interval_s)
    with started(make, interval_s) as one:
        time.sleep(one.program.warm_up_s)
        if not online:
            one.cloud.cut()
        time.sleep(SETTLE_S)
        windows = [one.watch(window_s) for _ in range(max(1, round(seconds / window_s)))]
    return max(windows, key=lambda cost: cost.rate)


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


def compare(seconds: float) -> dict[str, Cost]:
    """All programs in both modes; each row is printed when it is there."""
    found: dict[str, Cost] = {}
    for name, make, online in (
        ("our agent, sending", agent, True),
        ("thingsboard-gateway, sending", thingsboard, True),
        ("our agent, offline", agent, False),
        ("thingsboard-gateway, offline", thingsboard, False),
        ("modpoll", modpoll, True),
    ):
        try:
            found[name] = one = measure(make, seconds, online=online)
        except Unavailable as error:
            print(f"{name}: not measured. {error}")
            continue
        print(one.row(name), flush=True)
        if name.endswith("sending") and one.arrived < 0.9 * one.readings:
            print(f"  of {one.readings:,.0f} readings only {one.arrived:,.0f} arrived")
    return found


def judged(found: dict[str, Cost], minute: Cost) -> bool:
    """Print the goals beside the figures; whether all are met."""
    ours = [cost for name, cost in found.items() if name.startswith("our agent")]
    rss = max(cost.rss_mib for cost in (*ours, minute))
    facts = [
        (f"at most {RSS_MAX_MIB} MiB", f"{rss:.1f} MiB", rss <= RSS_MAX_MIB),
        (f"under {CPU_MAX:.0%} of a core at one round a minute", f"{minute.share:.2%}", minute.share < CPU_MAX),
    ]
    for mode in ("sending", "offline"):
        if theirs := found.get(f"thingsboard-gateway, {mode}"):
            times = found[f"our agent, {mode}"].rate / theirs.rate
            goal = f"{TIMES_MIN} times the readings per CPU second of thingsboard-gateway, {mode}"
            facts.append((goal, f"{times:.1f} times", times >= TIMES_MIN))
    for goal, figure, met in facts:
        print(f"{'met  ' if met else 'MISSED'} {goal}: {figure}")
    return all(met for *_, met in facts)


def main() -> int:
    """Measure all and print one table; 1 if a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=30)
    given = options.parse_args()
    load = f"{METERS} meters on {LINES} lines x {len(REGISTERS)} registers every second"
    print(f"{load}, the cheapest {WINDOW_S} s of {given.seconds:.0f}")
    print(COLUMNS.format(*HEAD))
    found = compare(given.seconds)
    minute = measure(agent, 60, interval_s=60)
    print(minute.row("our agent, once a minute"))
    return 0 if judged(found, minute) else 1


if __name__ == "__main__":
    raise SystemExit(main())
