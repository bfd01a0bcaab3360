"""What polling costs: our agent and modpoll on the same simulated meters, one after the other.

50 meters on 4 lines, 10 registers each, once a second: readings per CPU second, CPU share, memory. The agent keeps
every reading in its buffer (SQLite, synchronous FULL); modpoll keeps nothing. modpoll is fetched into .energy/bench
once; without it only the agent is measured. `make bench-edge`; `--seconds N`, `--interval S` for other loads.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

ROOT = Path(__file__).resolve().parents[2]
MODPOLL = "modpoll==1.5.0"
LINES, METERS = 4, 50
WORDS = 54
REGISTERS = {
    # one block of an SDM630
    "voltage_l1": 0, "voltage_l2": 2, "voltage_l3": 4, "current_l1": 6, "current_l2": 8, "current_l3": 10,
    "power_l1": 12, "power_l2": 14, "power_l3": 16, "power_total": 52,
}  # fmt: skip
VALUE = struct.pack(">f", 230.2)
WARM_UP_S = 5
GOALS = "goals: at most 60 MiB, under 5 % of a core at one round a minute, at least 51,600 readings per CPU second"


# the meters, in a process of their own


async def serve(ports: Sequence[int]) -> None:
    """Answer every read of registers at once; print the number of requests for each line on standard input."""
    requests = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        try:
            while True:
                head = await reader.readexactly(12)
                (words,) = struct.unpack(">H", head[10:12])
                requests += 1
                answer = struct.pack(">HBBB", 3 + 2 * words, head[6], head[7], 2 * words)
                writer.write(head[:4] + answer + (VALUE * 63)[: 2 * words])
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    for port in ports:
        await asyncio.start_server(talk, "127.0.0.1", port)
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(requests, flush=True)


class Meters:
    """The meters' process."""

    def __init__(self, ports: Sequence[int]) -> None:
        command = [sys.executable, __file__, "--serve", *map(str, ports)]
        self.process = subprocess.Popen(  # noqa: S603 - this very file
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.asked = cast(TextIO, self.process.stdin)
        self.answers = cast(TextIO, self.process.stdout)
        self._line()

    def requests(self) -> int:
        """How many they have answered."""
        self.asked.write("\n")
        self.asked.flush()
        return int(self._line())

    def stop(self) -> None:
        """End them."""
        self.process.kill()
        self.process.communicate()

    def _line(self) -> str:
        return self.answers.readline()


# what is measured


@dataclass(frozen=True)
class Cost:
    """One program for some seconds."""

    name: str
    seconds: float
    cpu_s: float
    rss_mib: float
    requests: int

    def row(self) -> tuple[str, ...]:
        """One line of the table."""
        readings = self.requests * len(REGISTERS)
        return (
            self.name,
            f"{self.requests / self.seconds:.1f}",
            f"{readings / max(self.cpu_s, 0.01):,.0f}",
            f"{1e6 * self.cpu_s / max(readings, 1):.0f}",
            f"{100 * self.cpu_s / self.seconds:.1f} %",
            f"{self.rss_mib:.1f}",
        )


def measure(name: str, command: Sequence[str], ports: Sequence[int], folder: Path, seconds: float) -> Cost:
    """The cost of a program that polls these ports; its start is not counted."""
    meters = Meters(ports)
    with (
        (folder / f"{name}.log").open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as one,  # noqa: S603 - the two programs below
    ):
        try:
            time.sleep(WARM_UP_S)
            if one.poll() is not None:
                raise SystemExit(f"{name} ended at once:\n{(folder / f'{name}.log').read_text()[-1500:]}")
            requests, cpu, started = meters.requests(), cpu_s(one.pid), time.monotonic()
            time.sleep(seconds)
            requests, cpu, took = meters.requests() - requests, cpu_s(one.pid) - cpu, time.monotonic() - started
            return Cost(name, took, cpu, rss_mib(one.pid), requests)
        finally:
            one.terminate()
            meters.stop()


def cpu_s(pid: int) -> float:
    """User and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mib(pid: int) -> float:
    """Memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


# the two programs


def agent(folder: Path, seconds: float, interval_s: int) -> Cost:
    """Our agent, without a cloud: everything stays in its buffer."""
    ports = free_ports(LINES)
    lines = [
        (
            f'[gateway]\nid = "bench"\ndata = "{folder}/data"\n[uplink]\nbroker = "mqtt://127.0.0.1:1"\n'
            f"[polling]\ninterval_s = {interval_s}\n"
        )
    ]
    for number, port in enumerate(ports):
        lines.append(f'[[bus]]\nname = "line-{number}"\nprotocol = "modbus"\nport = "tcp://127.0.0.1:{port}"\n')
        for unit in range(number, METERS, LINES):
            lines.append(
                f'[[bus.meter]]\nid = "meter-{unit}"\nprofile = "eastron_sdm630"\naddress = "{unit + 1}"\n'
                f"registers = {json.dumps(list(REGISTERS))}\n"
            )
    site = folder / "site.toml"
    site.write_text("".join(lines))
    command = [sys.executable, "-m", "edge_agent", "run", "--config", str(site), "--log-level", "error"]
    return measure("our agent", command, ports, folder, seconds)


def modpoll(folder: Path, seconds: float, interval_s: int) -> Cost | None:
    """modpoll, all meters behind one port as it takes one connection; None if it cannot be installed."""
    packages = ROOT / ".energy/bench/modpoll"
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if not packages.exists():
        if not uv:
            return None
        install = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(packages), MODPOLL]
        if subprocess.run(install, check=False).returncode:  # noqa: S603 - a fixed command
            shutil.rmtree(packages, ignore_errors=True)
            return None
    lines = []
    for unit in range(1, METERS + 1):
        lines += [f"device,meter{unit},{unit},,", f"poll,input_register,0,{WORDS},BE_BE"]
        lines += [f"ref,{name},{address},float32,r" for name, address in REGISTERS.items()]
    config = folder / "modpoll.csv"
    config.write_text("\n".join(lines) + "\n")
    (port,) = free_ports(1)
    start = f"import sys; sys.path.insert(0, {str(packages)!r}); from modpoll.main import app; app()"
    command = [sys.executable, "-c", start, "--tcp", "127.0.0.1", "--tcp-port", str(port), "--config", str(config)]
    command += ["--rate", str(interval_s), "--interval", "0"]
    return measure("modpoll", command, [port], folder, seconds)


def main() -> None:
    """Measure both and print one table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--interval", type=int, default=1)
    options.add_argument("--serve", nargs="*", type=int, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve:
        asyncio.run(serve(given.serve))
        return
    print(f"{METERS} meters x {len(REGISTERS)} registers every {given.interval} s, for {given.seconds:.0f} s each")
    head = ("", "polls/s", "readings/CPU s", "us/reading", "CPU", "RSS MiB")
    print("{:<12}{:>10}{:>16}{:>12}{:>9}{:>9}".format(*head))
    with tempfile.TemporaryDirectory(prefix="energy-bench-") as folder:
        for program in (agent, modpoll):
            cost = program(Path(folder), given.seconds, given.interval)
            if cost is None:
                print("modpoll      not installed here and not to be had: only the agent was measured")
            else:
                print("{:<12}{:>10}{:>16}{:>12}{:>9}{:>9}".format(*cost.row()))
    print(GOALS)


if __name__ == "__main__":
    main()
