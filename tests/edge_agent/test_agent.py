"""The agent as a real process against a real broker: from meter to receipt, through restarts."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from common.message import Receipt, Status
from edge_agent.agent import Agent, cancelled
from edge_agent.buffer import Buffer
from edge_agent.config import load
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.poll_result import Measurement
from tests.edge_agent.cloud_twin import CloudTwin, Fact
from tests.edge_agent.machine import agent, broker, in_loop, listening, until, write_site

pytestmark = [pytest.mark.processes, pytest.mark.slow]
RSS_MAX_MIB = 60


@in_loop
async def test_readings_go_from_a_modbus_meter_to_the_cloud_and_are_forgotten_on_its_receipt(tmp_path: Path) -> None:
    cloud = CloudTwin()
    line = simulated_line(units=2)
    server = await line.serve()
    port = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with broker(tmp_path) as mqtt:
        site = write_site(tmp_path, broker_port=mqtt.port, protocol="modbus", port=port)
        async with listening(cloud, mqtt.port):
            with agent(site) as edge:
                await until(lambda: len(cloud.facts()) >= 12, "three rounds of two meters with two registers arrive")
                rss = edge.rss_mib()
                assert 0 == await asyncio.to_thread(edge.stop)
            await until(lambda: cloud.statuses[-1].state == "offline", "it says goodbye")
    server.close()
    print(f"agent: {rss:.1f} MiB RSS of at most {RSS_MAX_MIB}")

    assert [] == cloud.conflicts + cloud.quarantine
    assert {"meter-1", "meter-2"} == {fact[0] for fact in cloud.facts()}
    assert {"energy_import_total", "energy_export_total"} == {fact[1] for fact in cloud.facts()}
    assert rss < RSS_MAX_MIB
    buffer = Buffer(tmp_path / "data", boot_id="look")
    assert buffer.current.pending <= 4  # at most the round whose receipt was under way
    buffer.close()


@in_loop
async def test_the_uplinks_question_comes_right_behind_the_readings_that_woke_it(tmp_path: Path) -> None:
    """The buffer's thread has both in its queue at once, in this order."""
    edge = Agent(load(write_site(tmp_path, broker_port=1)))
    await edge.on_disk(edge._open)

    async def ask() -> int:
        await edge.uplink.wake.wait()
        return await edge.on_disk(lambda: edge.guard.buffer.current.last)

    question = asyncio.create_task(ask())
    await asyncio.sleep(0)
    await edge.commit([Measurement("meter-1", "energy", "kWh", "index", 1, 1_790_000_000_000, 5000, 0, 0, grid=True)])

    assert 1 == await question
    await edge.on_disk(edge.guard.close)
    edge.disk.shutdown()


@in_loop
async def test_a_task_that_swallows_its_cancellation_is_cancelled_again() -> None:
    times = 0

    async def deaf_once() -> None:
        nonlocal times
        while times < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                times += 1

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await cancelled([task], again_s=0.01)

    assert 2 == times


class RestoredTwin(CloudTwin):
    """Loses everything once, and some minutes pass meanwhile."""

    late_ms = 0

    def restore(self) -> None:
        super().restore()
        self.late_ms = 120_000

    def receipt(self, gateway: str, epoch: int, **changes: Any) -> Receipt:
        honest = super().receipt(gateway, epoch, **changes)
        return msgspec.structs.replace(honest, now_ms=honest.now_ms + self.late_ms)


@in_loop
async def test_a_restored_cloud_gets_everything_again_and_is_told_what_the_gateway_holds(tmp_path: Path) -> None:
    cloud = RestoredTwin()
    with broker(tmp_path) as mqtt:
        site = write_site(tmp_path, broker_port=mqtt.port)
        async with listening(cloud, mqtt.port):
            with agent(site) as edge:
                await until(lambda: len(cloud.facts()) >= 8, "the first rounds arrive")
                before = set(next(iter(cloud.streams.values())).rows.items())
                cloud.restore()
                await until(lambda: len(cloud.statuses) > 1, "the gateway tells its status anew", 60)
                await until(lambda: before <= received(cloud), "everything comes again", 60)
                assert 0 == await asyncio.to_thread(edge.stop)

    assert ["online", "online"] == [status.state for status in cloud.statuses[:2]]
    assert [] == cloud.conflicts + cloud.quarantine


def received(cloud: CloudTwin) -> set[tuple[int, Fact]]:
    return {row for stream in cloud.streams.values() for row in stream.rows.items()}


@in_loop
async def test_nothing_is_lost_or_doubled_when_agent_and_broker_are_killed(tmp_path: Path) -> None:
    cloud = CloudTwin()
    with broker(tmp_path) as mqtt:
        site = write_site(tmp_path, broker_port=mqtt.port)
        async with listening(cloud, mqtt.port):
            with agent(site) as edge:
                await until(lambda: len(cloud.facts()) >= 8, "the first rounds arrive")
                await asyncio.to_thread(edge.kill)
                edge.start()
                await until(lambda: len(cloud.facts()) >= 16, "it goes on after SIGKILL")
                await asyncio.to_thread(mqtt.kill)
                await asyncio.sleep(3)
                await asyncio.to_thread(mqtt.start)
                whole = next(iter(cloud.streams.values())).seen
                before = whole.prefix
                await until(lambda: whole.prefix >= before + 20 and len(list(whole)) == 1, "what waited arrives", 40)
                await asyncio.to_thread(edge.stop)

    buffer = Buffer(tmp_path / "data", boot_id="look")
    last, epoch = buffer.current.last, buffer.current.epoch
    stored = {row.sequence: row.value for row in buffer.rows(buffer.current, 1, last)}
    buffer.close()
    (stream,) = cloud.streams.values()
    assert [] == cloud.conflicts + cloud.quarantine
    assert (("gw-test", epoch),) == tuple(cloud.streams)
    received = {sequence: fact[3] for sequence, fact in stream.rows.items()}
    assert {s: v for s, v in stored.items() if s in received} == received
    assert list(range(1, whole.prefix + 1)) == sorted(received)[: whole.prefix]
    assert last - whole.prefix <= 8  # what was under way when it was stopped


@in_loop
async def test_the_last_will_says_that_a_killed_agent_is_lost(tmp_path: Path) -> None:
    cloud = CloudTwin()
    with broker(tmp_path) as mqtt:
        site = write_site(tmp_path, broker_port=mqtt.port)
        async with listening(cloud, mqtt.port):
            with agent(site) as edge:
                await until(lambda: cloud.statuses and cloud.statuses[-1].state == "online", "it says hello")
                await asyncio.to_thread(edge.kill)
                await until(lambda: cloud.statuses[-1].state == "lost", "the broker tells")

    assert isinstance(cloud.statuses[-1], Status)
