"""What polling costs: our agent, thingsboard-gateway and modpoll, each with simulated meters of its own.

50 meters on 4 lines, 10 registers each, once a second: readings per CPU second, CPU share, memory. All run at the same
time, so that the machine is the same for all. *sending*: a broker is there and everything is acknowledged. *offline*:
the broker has gone, everything stays in the gateway's SQLite file. modpoll keeps and sends nothing. `make bench-edge`;
`--seconds N` for longer runs.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from deploy.bench.edge_cloud import Cloud
from deploy.bench.edge_meters import LINES, METERS, REGISTERS, Meters, free_ports
from deploy.bench.edge_programs import ROOT, Make, Program, Unavailable, agent, modpoll, thingsboard

RSS_MAX_MIB, CPU_MAX, TIMES_MIN = 60, 0.05, 10
SETTLE_S = 3  # after the warm-up
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


def measure(makes: Sequence[Make], seconds: float, *, interval_s: int = 1, online: bool = True) -> dict[str, Cost]:
    """The cost of programs by their names, all over the same time; their start is not counted."""
    with ExitStack() as stack:
        running = [found for make in makes if (found := start(stack, make, interval_s))]
        time.sleep(max(one.program.warm_up_s for one in running))
        if not online:
            for one in running:
                one.cloud.cut()
        time.sleep(SETTLE_S)
        before, started = [look(one) for one in running], time.monotonic()
        time.sleep(seconds)
        after, took = [look(one) for one in running], time.monotonic() - started
        return {
            one.program.name: cost(one, took, *(new - old for new, old in zip(last, first, strict=True)))
            for one, first, last in zip(running, before, after, strict=True)
        }


def look(one: Running) -> tuple[float, int, int]:
    """CPU seconds, requests and readings that have arrived up to now."""
    return cpu_s(one.pid), one.meters.requests(), one.cloud.arrived


def cost(one: Running, seconds: float, cpu: float, requests: float, arrived: float) -> Cost:
    """What it did with its time."""
    readings = requests / one.program.requests_a_meter * len(REGISTERS)
    return Cost(readings, seconds, cpu, rss_mib(one.pid), arrived)


def start(stack: ExitStack, make: Make, interval_s: int) -> Running | None:
    """A program with meters and a cloud of its own; None, and the reason printed, if it cannot be had."""
    folder, ports = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="energy-bench-"))), free_ports(LINES)
    cloud, meters = stack.enter_context(Cloud(folder)), stack.enter_context(Meters(ports))
    try:
        program = make(folder, ports, cloud.port, interval_s)
    except Unavailable as error:
        print(f"not measured: {error}")
        return None
    return Running(program, stack.enter_context(process_of(program, folder)), meters, cloud)


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
    return time.clock_gettime(~pid << 3 | 2)


def rss_mib(pid: int) -> float:
    """Memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def compare(seconds: float) -> dict[str, Cost]:
    """All programs in both modes."""
    found: dict[str, Cost] = {}
    for mode, makes in (("sending", (agent, thingsboard, modpoll)), ("offline", (agent, thingsboard))):
        for program, one in measure(makes, seconds, online=mode == "sending").items():
            name = program if program == "modpoll" else f"{program}, {mode}"
            found[name] = one
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
    print(f"{METERS} meters on {LINES} lines x {len(REGISTERS)} registers every second, {given.seconds:.0f} s each")
    print(COLUMNS.format(*HEAD))
    found = compare(given.seconds)
    minute = measure((agent,), 60, interval_s=60)["our agent"]
    print(minute.row("our agent, once a minute"))
    return 0 if judged(found, minute) else 1


if __name__ == "__main__":
    raise SystemExit(main())
