"""What polling costs: our agent, thingsboard-gateway and modpoll side by side on the same simulated meters.

50 meters on 4 lines, 10 registers each, once a second: readings per CPU second, CPU share, memory. *sending*: a broker
is there and everything is acknowledged. *offline*: the broker has gone, everything stays in the gateway's SQLite file.
modpoll keeps and sends nothing. Each program has meters and a broker of its own; all are watched in the same windows,
so that whatever else the machine does meets all of them, and the window in the middle counts. CPU time is the kernel's
count for the whole process, in nanoseconds. `make bench-edge`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from deploy.bench.edge_cloud import Cloud
from deploy.bench.edge_meters import LINES, METERS, REGISTERS, Meters, free_ports
from deploy.bench.edge_programs import ROOT, Make, Program, Unavailable, agent, modpoll, thingsboard

RSS_MAX_MIB, CPU_MAX, TIMES_MIN = 60, 0.05, 10
SETTLE_S = 3
ARRIVED_MIN = 0.9  # of the readings of a window; the last ones may still be on their way
SENDING, OFFLINE = "sending", "offline"
PROGRAMS: dict[str, Make] = {"our agent": agent, "thingsboard-gateway": thingsboard, "modpoll": modpoll}
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
        cells = (f"{polled:.1f}", f"{a_second:.0f}", f"{self.rate:,.0f}", f"{dear:.1f}", f"{self.share:.2%}")
        return COLUMNS.format(name, *cells, f"{self.rss_mib:.1f}")


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

    def cost(self, began: tuple[float, float, int, int]) -> Cost:
        """What it has cost since a look."""
        took, cpu, requests, arrived = (new - old for new, old in zip(self.look(), began, strict=True))
        readings = requests / self.program.requests_a_meter * len(REGISTERS)
        return Cost(readings, took, cpu, rss_mib(self.pid), arrived)


def watch(running: Mapping[str, Running], seconds: float) -> dict[str, Cost]:
    """What each of these costs from now on."""
    began = {name: process.look() for name, process in running.items()}
    time.sleep(seconds)
    return {name: process.cost(began[name]) for name, process in running.items()}


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


def side_by_side(seconds: float, windows: int) -> dict[str, list[dict[str, Cost]]]:
    """The windows of each mode, in each what every program cost."""
    with ExitStack() as stack:
        running = {}
        for name, make in PROGRAMS.items():
            try:
                running[name] = stack.enter_context(started(make, 1))
            except Unavailable as error:
                print(f"{name}: not measured. {error}")
        time.sleep(max(process.program.warm_up_s for process in running.values()))
        windows_by_mode = {SENDING: watched(running, SENDING, seconds, windows)}
        running.pop("modpoll", None)
        for process in running.values():
            process.cloud.cut()
        windows_by_mode[OFFLINE] = watched(running, OFFLINE, seconds, windows)
    return windows_by_mode


def watched(running: Mapping[str, Running], mode: str, seconds: float, windows: int) -> list[dict[str, Cost]]:
    """Some windows of one mode; the middle one of each program is printed."""
    time.sleep(SETTLE_S)
    costs = [watch(running, seconds) for _ in range(windows)]
    for name, process in running.items():
        middle = sorted((window[name] for window in costs), key=lambda cost: cost.rate)[windows // 2]
        print(middle.row(f"{name}, {mode}"), flush=True)
        if mode == SENDING and process.program.sends and middle.arrived < ARRIVED_MIN * middle.readings:
            print(f"  of {middle.readings:,.0f} readings only {middle.arrived:,.0f} arrived")
    return costs


def times(windows: Sequence[dict[str, Cost]]) -> list[float]:
    """How often our readings per CPU second hold thingsboard-gateway's, window by window."""
    ours, theirs = "our agent", "thingsboard-gateway"
    return [costs[ours].rate / costs[theirs].rate for costs in windows if theirs in costs]


def judged(costs_by_mode: Mapping[str, Sequence[dict[str, Cost]]], minute: Cost) -> bool:
    """Print the goals beside the figures; whether all are met."""
    ours = [costs["our agent"] for windows in costs_by_mode.values() for costs in windows]
    rss = max(cost.rss_mib for cost in (*ours, minute))
    goals = [
        (f"at most {RSS_MAX_MIB} MiB", f"{rss:.1f} MiB", rss <= RSS_MAX_MIB),
        (f"under {CPU_MAX:.0%} of a core at one round a minute", f"{minute.share:.2%}", minute.share < CPU_MAX),
    ]
    for mode, windows in costs_by_mode.items():
        if ratios := times(windows):
            goal = f"{TIMES_MIN} times the readings per CPU second of thingsboard-gateway, {mode}"
            each = ", ".join(f"{ratio:.1f}" for ratio in ratios)
            goals.append((goal, f"{median(ratios):.1f} times ({each})", median(ratios) >= TIMES_MIN))
    for goal, figure, met in goals:
        print(f"{'met  ' if met else 'MISSED'} {goal}: {figure}")
    return all(met for *_, met in goals)


def main() -> int:
    """Measure all and print one table; 1 if a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=30, help="of a window")
    options.add_argument("--windows", type=int, default=3, help="in each mode")
    given = options.parse_args()
    load = f"{METERS} meters on {LINES} lines x {len(REGISTERS)} registers every second"
    print(f"{load}, the middle one of {given.windows} windows of {given.seconds:g} s")
    print(COLUMNS.format(*HEAD))
    costs_by_mode = side_by_side(given.seconds, given.windows)
    with started(agent, 60) as process:
        time.sleep(process.program.warm_up_s + SETTLE_S)
        minute = watch({"our agent": process}, 60)["our agent"]
    print(minute.row("our agent, once a minute"))
    return 0 if judged(costs_by_mode, minute) else 1


if __name__ == "__main__":
    raise SystemExit(main())
