"""The cable is pulled: the agent in a network of its own loses its link, keeps polling, and catches up."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.edge_faults import count, need_program
from tests.edge_agent.cloud_twin import CloudTwin
from tests.edge_agent.machine import agent, broker, in_loop, listening, until, write_site

pytestmark = [pytest.mark.slow, pytest.mark.processes]
HOST, INSIDE = "10.213.77.1", "10.213.77.2"
CUTS_S = (3, 40, 8, 90)


def ip(*arguments: str, check: bool = True) -> int:
    return subprocess.run(["ip", *arguments], check=check, capture_output=True).returncode


@contextmanager
def cable() -> Iterator[tuple[str, str]]:
    """(name of the network the agent lives in, name of our end of its cable)."""
    need_program("ip")
    name, end = f"edge-{os.getpid()}", f"e{os.getpid()}a"
    if ip("netns", "add", name, check=False):
        pytest.skip("needs the right to make a network namespace")
    try:
        ip("link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("addr", "add", f"{HOST}/30", "dev", end)
        ip("link", "set", end, "up")
        for command in (
            ("addr", "add", f"{INSIDE}/30", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            ip("-n", name, *command)
        yield name, end
    finally:
        ip("netns", "del", name, check=False)
        ip("link", "del", end, check=False)


@in_loop
async def test_a_pulled_cable_costs_no_reading(tmp_path: Path) -> None:
    cloud = CloudTwin()
    with cable() as (network, end), broker(tmp_path, "0.0.0.0") as mqtt:  # noqa: S104  reached over the cable
        site = write_site(tmp_path, broker_port=mqtt.port, host=HOST)
        async with listening(cloud, mqtt.port):
            with agent(site, prefix=("ip", "netns", "exec", network)) as edge:
                await until(lambda: len(cloud.facts()) >= 8, "the first rounds arrive")
                for seconds in CUTS_S[: count(4, 1)]:
                    ip("link", "set", end, "down")
                    await asyncio.sleep(seconds)
                    ip("link", "set", end, "up")
                    await _caught_up(cloud)
                assert edge.process.poll() is None
                await asyncio.to_thread(edge.stop)

    (stream,) = cloud.streams.values()
    times = sorted({fact[2] // 1000 for fact in stream.rows.values()})
    assert [] == cloud.conflicts + cloud.quarantine
    assert times == list(range(times[0], times[-1] + 1))  # a round for every second, cable or not


async def _caught_up(cloud: CloudTwin) -> None:
    mended_ms = time.time() * 1000
    await until(lambda: _whole_since(cloud, mended_ms), "what waited arrives", 150)


def _whole_since(cloud: CloudTwin, after_ms: float) -> bool:
    """Newer rounds have arrived and nothing before them is missing."""
    (stream,) = cloud.streams.values()
    return len(list(stream.seen)) == 1 and max(fact[2] for fact in stream.rows.values()) > after_ms + 1000
