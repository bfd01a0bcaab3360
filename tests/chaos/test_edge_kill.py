"""SIGKILL at any moment: what the meters served and the agent committed is in the cloud once, nothing else is."""

import asyncio
import random
import struct
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edge_agent.buffer import Buffer
from edge_agent.drivers.meter_server import Line
from edge_agent.uplink.outbox import OVERTAKEN_S
from tests.chaos.edge_faults import count
from tests.edge_agent.cloud_twin import CloudTwin
from tests.edge_agent.machine import agent, broker, in_loop, listening, until, write_site

pytestmark = [pytest.mark.slow, pytest.mark.processes]
AGENT_KILLS, AGENT_KILLS_SHORT = 500, 6
BROKER_KILLS, BROKER_KILLS_SHORT = 100, 2
REGISTER = "energy_import_total"
ADDRESS = 72  # of that register in the profile


@dataclass
class Oracle:
    """A meter that never serves a value twice and writes down each one it served: the truth outside the system."""

    served: list[int] = field(default_factory=list)

    def __call__(self, function: int, address: int, words: int) -> bytes | None:
        if function != 4 or not address <= ADDRESS < address + words - 1:
            return bytes(2 * words)
        number = len(self.served) + 1
        self.served.append(number * 1000)  # the register counts kWh
        answer = bytearray(2 * words)
        struct.pack_into(">f", answer, 2 * (ADDRESS - address), float(number))
        return bytes(answer)


@in_loop
async def test_kills_of_agent_and_broker_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(1)
    cloud = CloudTwin()
    oracles = {unit: Oracle() for unit in (1, 2, 3)}
    server = await Line(oracles).serve()
    port = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with broker(tmp_path) as mqtt:
        site = write_site(
            tmp_path, broker_port=mqtt.port, meters=3, protocol="modbus", port=port, registers=(REGISTER,)
        )
        async with listening(cloud, mqtt.port):
            with agent(site) as edge:
                kills = ["agent"] * count(AGENT_KILLS, AGENT_KILLS_SHORT)
                kills += ["broker"] * count(BROKER_KILLS, BROKER_KILLS_SHORT)
                chance.shuffle(kills)
                for victim in kills:
                    await asyncio.sleep(chance.uniform(0.4, 2.2))
                    await asyncio.to_thread(edge.kill if victim == "agent" else mqtt.kill)
                    await asyncio.to_thread(edge.start if victim == "agent" else mqtt.start)
                before = sum(len(stream.seen) for stream in cloud.streams.values())
                await until(lambda: _settled(cloud, before), "everything arrives", 120)
                assert 0 == await asyncio.to_thread(edge.stop)
    server.close()

    compare(tmp_path / "data", cloud, oracles)


async def gaps_after_a_lost_broker(folder: Path, fault: str) -> int:
    """What the broker took while the cloud was away dies with the broker; how many rows the cloud then lacks."""
    cloud = CloudTwin()
    with broker(folder) as mqtt:
        site = write_site(folder, broker_port=mqtt.port)
        with agent(site, module=("tests.chaos.edge_sabotage", fault)) as edge:
            async with listening(cloud, mqtt.port):
                await until(lambda: len(cloud.facts()) >= 8, "the first rounds arrive")
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


@pytest.mark.parametrize(("fault", "lost"), [("whole", False), ("puback", True)])
def test_what_the_broker_took_and_lost_is_sent_again(tmp_path: Path, fault: str, lost: bool) -> None:
    """The second build, which forgets what the broker took, has to lose something here."""
    assert lost == (asyncio.run(gaps_after_a_lost_broker(tmp_path, fault)) > 0)


def _settled(cloud: CloudTwin, before: int) -> bool:
    """Later rounds have arrived and no stream has a hole."""
    now = sum(len(stream.seen) for stream in cloud.streams.values())
    return now >= before + 9 and all(len(list(stream.seen)) == 1 for stream in cloud.streams.values())


def compare(data: Path, cloud: CloudTwin, oracles: dict[int, Oracle]) -> None:
    """Committed = received, each served once, no meter's value at another."""
    buffer = Buffer(data, boot_id="look")
    (stream,) = buffer.streams.values()
    committed = {row.sequence: row.value for row in buffer.rows(stream, 1, stream.last, limit=10**6)}
    buffer.close()
    (received,) = cloud.streams.values()
    assert [] == cloud.conflicts + cloud.quarantine
    late = [sequence for sequence in committed if sequence not in received.rows]
    assert all(sequence > received.seen.prefix for sequence in late)
    assert len(late) <= 6  # the last rounds, stopped before their receipt
    assert {s: v for s, v in committed.items() if s in received.rows} == {s: f[3] for s, f in received.rows.items()}
    for unit, oracle in oracles.items():
        values = [fact[3] for fact in cloud.facts() if fact[0] == f"meter-{unit}"]
        assert len(values) == len(set(values))
        assert set(values) <= set(oracle.served)
        assert len(values) >= 3
