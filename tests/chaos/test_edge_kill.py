"""SIGKILL at any moment: what the meters served and the agent committed is in the cloud once, nothing else is."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge_agent.buffer import Buffer
from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine
from edge_agent.uplink.cloud_session import OVERTAKEN_S
from tests.chaos.edge_faults import count
from tests.chaos.edge_oracle import REGISTER, Oracle, lost
from tests.edge_agent.cloud_twin import CloudTwin
from tests.edge_agent.machine import (
    AgentProcess,
    BrokerProcess,
    agent,
    broker,
    in_loop,
    listening,
    until,
    write_site,
)

pytestmark = [pytest.mark.slow, pytest.mark.processes]
AGENT_KILLS, AGENT_KILLS_SHORT = 500, 6
BROKER_KILLS, BROKER_KILLS_SHORT = 100, 2
METERS = 3
GATEWAY = "gw-test"


@dataclass
class Plant:
    """A broker, an agent, and meters that write down what they serve."""

    mqtt: BrokerProcess
    edge: AgentProcess
    oracles: dict[int, Oracle]
    cloud: CloudTwin

    def lost(self) -> int:
        """Of the meter that lost most."""
        return max(lost(oracle.served, self.cloud, GATEWAY, f"meter-{unit}") for unit, oracle in self.oracles.items())


@asynccontextmanager
async def plant(folder: Path, fault: str) -> AsyncIterator[Plant]:
    cloud = CloudTwin()
    oracles = {unit: Oracle() for unit in range(1, METERS + 1)}
    server = await SimulatedLine(oracles).serve()
    port = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with broker(folder) as mqtt:
        site = write_site(
            folder,
            broker_port=mqtt.port,
            meters=METERS,
            protocol="modbus",
            port=port,
            registers=(REGISTER,),
            timeout_s=10,  # an answer that comes too late on a busy machine would look like a lost one
        )
        async with listening(cloud, mqtt.port):
            with agent(site, module=("tests.chaos.edge_sabotage", fault)) as edge:
                yield Plant(mqtt, edge, oracles, cloud)
    server.close()


@in_loop
async def test_kills_of_agent_and_broker_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(1)
    agent_kills = count(AGENT_KILLS, AGENT_KILLS_SHORT)
    kills = ["agent"] * agent_kills + ["broker"] * count(BROKER_KILLS, BROKER_KILLS_SHORT)
    chance.shuffle(kills)
    async with plant(tmp_path, "whole") as running:
        for victim in kills:
            await asyncio.sleep(chance.uniform(0.4, 2.2))
            process = running.edge if victim == "agent" else running.mqtt
            await asyncio.to_thread(process.kill)
            await asyncio.to_thread(process.start)
        before = sum(len(stream.seen) for stream in running.cloud.streams.values())
        await until(lambda: _settled(running.cloud, before), "everything arrives", 120)
        assert 0 == await asyncio.to_thread(running.edge.stop, 60)

    compare(tmp_path / "data", running.cloud)
    assert running.lost() <= agent_kills  # a kill costs a meter the round that was not committed yet, no more


@in_loop
async def test_kills_find_an_agent_that_commits_late(tmp_path: Path) -> None:
    async with plant(tmp_path, "lazy") as running:
        served = running.oracles[METERS].served
        for _ in range(2):
            before = len(served)
            await until(lambda before=before: len(served) > before + 3, "some rounds", 60)  # type: ignore[misc]
            await asyncio.to_thread(running.edge.kill)
            await asyncio.to_thread(running.edge.start)
        last = served[-1]
        await until(lambda: any(fact[3] > last for fact in running.cloud.facts()), "later rounds arrive", 60)

    assert running.lost() > 2


async def gaps_after_a_lost_broker(folder: Path, fault: str) -> int:
    """What the broker took while the cloud was away dies with the broker; how many rows the cloud then lacks."""
    cloud = CloudTwin()
    with broker(folder) as mqtt:
        site = write_site(folder, broker_port=mqtt.port)
        with agent(site, module=("tests.chaos.edge_sabotage", fault)) as edge:
            async with listening(cloud, mqtt.port):
                await until(lambda: len(cloud.facts()) >= 8, "the first rounds arrive", 60)
            await asyncio.sleep(3)  # the broker takes these, nobody hears them
            await asyncio.to_thread(mqtt.kill)
            await asyncio.to_thread(mqtt.start)
            async with listening(cloud, mqtt.port):
                before = max(next(iter(cloud.streams.values())).rows)
                await until(lambda: max(next(iter(cloud.streams.values())).rows) > before + 12, "it goes on", 60)
                await asyncio.sleep(OVERTAKEN_S * 2)
                await asyncio.to_thread(edge.stop)
    (stream,) = cloud.streams.values()
    return before + 12 - sum(sequence <= before + 12 for sequence in stream.rows)


@pytest.mark.parametrize(("fault", "loses"), [("whole", False), ("puback", True)])
def test_what_the_broker_took_and_lost_is_sent_again(tmp_path: Path, fault: str, loses: bool) -> None:
    """The second build, which forgets what the broker took, has to lose something here."""
    assert loses == (asyncio.run(gaps_after_a_lost_broker(tmp_path, fault)) > 0)


def _settled(cloud: CloudTwin, before: int) -> bool:
    """Later rounds have arrived and no stream has a hole."""
    now = sum(len(stream.seen) for stream in cloud.streams.values())
    return now >= before + 9 and all(len(list(stream.seen)) == 1 for stream in cloud.streams.values())


def compare(data: Path, cloud: CloudTwin) -> None:
    """Committed = received, row for row."""
    buffer = Buffer(data, boot_id="look")
    (stream,) = buffer.streams.values()
    committed = {row.sequence: row.value for row in buffer.rows(stream, 1, stream.last, limit=10**6)}
    buffer.close()
    (received,) = cloud.streams.values()
    assert [] == cloud.conflicts + cloud.quarantine
    late = [sequence for sequence in committed if sequence not in received.rows]
    assert all(sequence > received.seen.prefix for sequence in late)
    assert len(late) <= 2 * METERS  # the last rounds, stopped before their receipt
    assert {s: v for s, v in committed.items() if s in received.rows} == {s: f[3] for s, f in received.rows.items()}
