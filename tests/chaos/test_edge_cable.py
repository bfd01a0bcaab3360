"""The cable is pulled: the agent in a network of its own loses its link, keeps polling, and catches up.

A second agent beside it, which forgets what waited while the network was away, has to lose something by the same cut.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.edge_faults import FULL, ROOT
from tests.chaos.edge_oracle import REGISTER, lost
from tests.edge_agent.cloud_twin import CloudTwin
from tests.edge_agent.machine import AgentProcess, agent, broker, in_loop, listening, until, wait_until, write_site
from tests.programs import need_program

pytestmark = [pytest.mark.slow, pytest.mark.processes]
CUTS_S, CUTS_SHORT_S = (3, 40, 8, 90), (6,)
PATIENCE_S = 150
GATEWAYS = {"gw-whole": "whole", "gw-broken": "live_only"}


def ip(*arguments: str, check: bool = True) -> int:
    return subprocess.run(["ip", *arguments], check=check, capture_output=True).returncode


@dataclass
class Cable:
    """Into a network namespace that the agents live in."""

    network: str
    end: str
    host: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """Before a command that shall run inside."""
        return ("ip", "netns", "exec", self.network)

    def pull(self) -> None:
        ip("link", "set", self.end, "down")

    def mend(self) -> None:
        ip("link", "set", self.end, "up")


@contextmanager
def cable() -> Iterator[Cable]:
    need_program("ip")
    number = os.getpid()
    name, end, subnet = f"edge-{number}", f"e{number}a", f"10.213.{number % 256}"  # tests may run beside each other
    if ip("netns", "add", name, check=False):
        pytest.skip("needs the right to make a network namespace")
    try:
        ip("link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("addr", "add", f"{subnet}.1/30", "dev", end)
        ip("link", "set", end, "up")
        for command in (
            ("addr", "add", f"{subnet}.2/30", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            ip("-n", name, *command)
        yield Cable(name, end, f"{subnet}.1")
    finally:
        ip("netns", "del", name, check=False)
        ip("link", "del", end, check=False)


@dataclass
class Meter:
    """A meter on the agent's side of the cable, which writes down what it serves."""

    folder: Path

    @property
    def port(self) -> str:
        return f"tcp://127.0.0.1:{(self.folder / 'port').read_text()}"

    @property
    def served(self) -> list[int]:
        path = self.folder / "served"
        return [int(line) for line in path.read_text().split()] if path.exists() else []


@contextmanager
def meter(folder: Path, line: Cable) -> Iterator[Meter]:
    folder.mkdir()
    command = [*line.prefix, sys.executable, "-m", "tests.chaos.edge_oracle", str(folder), "1"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_until(lambda: (folder / "port").exists() and (folder / "port").read_text(), "the meter listens", 60)
        yield Meter(folder)
    finally:
        process.kill()
        process.wait()


@in_loop
async def test_a_pulled_cable_costs_no_reading(tmp_path: Path) -> None:
    cloud = CloudTwin()
    with cable() as line, broker(tmp_path, "0.0.0.0") as mqtt, ExitStack() as running:  # noqa: S104  over the cable
        meters, agents = {}, []
        for gateway, fault in GATEWAYS.items():
            meters[gateway] = running.enter_context(meter(tmp_path / gateway, line))
            site = write_site(
                tmp_path / gateway,
                broker_port=mqtt.port,
                meters=1,
                protocol="modbus",
                port=meters[gateway].port,
                gateway=gateway,
                host=line.host,
                registers=(REGISTER,),
                timeout_s=10,  # an answer that comes too late on a busy machine would look like a lost one
            )
            faults = fault if FULL else f"impatient,{fault}"
            module = ("tests.chaos.edge_sabotage", faults)
            agents.append(running.enter_context(agent(site, prefix=line.prefix, module=module)))
        async with listening(cloud, mqtt.port):
            await _newer(cloud, meters)
            for seconds in CUTS_S if FULL else CUTS_SHORT_S:
                line.pull()
                await asyncio.sleep(seconds)
                line.mend()
                await _newer(cloud, meters)
            assert [None, None] == [edge.process.poll() for edge in agents]
            await until(lambda: _whole(cloud, "gw-whole"), "what waited arrives", PATIENCE_S)
            await _stop(agents)

    assert [] == cloud.conflicts + cloud.quarantine
    assert 0 == lost(meters["gw-whole"].served, cloud, "gw-whole", "meter-1")
    assert 0 < lost(meters["gw-broken"].served, cloud, "gw-broken", "meter-1")


async def _newer(cloud: CloudTwin, meters: dict[str, Meter]) -> None:
    """Until two values have arrived from each gateway that were not served yet when this was called."""
    before = {gateway: len(meter.served) for gateway, meter in meters.items()}

    def arrived() -> bool:
        return all(_newest(cloud, gateway) >= 1000 * (number + 2) for gateway, number in before.items())

    await until(arrived, "newer values arrive", PATIENCE_S)


def _newest(cloud: CloudTwin, gateway: str) -> int:
    values = [
        fact[3] for (name, _), stream in cloud.streams.items() if name == gateway for fact in stream.rows.values()
    ]
    return max(values, default=0)


def _whole(cloud: CloudTwin, gateway: str) -> bool:
    """Nothing between the first and the last row is missing."""
    return all(len(list(stream.seen)) == 1 for (name, _), stream in cloud.streams.items() if name == gateway)


async def _stop(agents: list[AgentProcess]) -> None:
    await asyncio.gather(*(asyncio.to_thread(edge.stop, 60) for edge in agents))
