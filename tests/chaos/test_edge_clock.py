"""Clocks that are wrong and jump: polling goes on, and what arrives is dated right or says that it is not."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from common.reading import TimeQuality
from tests.chaos.edge_faults import preload
from tests.edge_agent.cloud_twin import CloudTwin, Fact
from tests.edge_agent.machine import agent, broker, in_loop, listening, until, write_site

pytestmark = [pytest.mark.slow, pytest.mark.processes]
TOLERANCE_MS = 2000
YEAR_S = 31_557_600
PATIENCE_S = 60


@dataclass
class Outcome:
    """What the cloud has, in the order of sequence, and when all of it happened."""

    cloud: CloudTwin
    started_ms: float
    ended_ms: float

    @property
    def dated(self) -> list[Fact]:
        (stream,) = self.cloud.streams.values()
        assert stream.seen.prefix == max(stream.rows)
        return [stream.rows[sequence] for sequence in sorted(stream.rows)]

    @property
    def misdated(self) -> list[Fact]:
        first, last = self.started_ms - TOLERANCE_MS, self.ended_ms + TOLERANCE_MS
        return [fact for fact in self.dated if not first <= fact[2] <= last]


async def through_steps(folder: Path, steps: Sequence[int], *, fault: str) -> Outcome:
    """Boot at 1970 without a cloud, then steps of the wall clock in seconds, then another start at 1970."""
    offset = folder / "offset"
    offset.write_text(str(-int(time.time()) + 5))
    library = preload(folder, "wall_clock")
    cloud = CloudTwin()
    started_ms = time.time() * 1000
    with broker(folder) as mqtt:
        site = write_site(folder, broker_port=mqtt.port, meters=2, registers=("energy_import_total",))
        module = ("tests.chaos.edge_sabotage", fault)
        with agent(site, module=module, LD_PRELOAD=str(library), WALL_OFFSET_FILE=str(offset)) as edge:
            await until((folder / "data" / "buffer.db").exists, "the agent is up", PATIENCE_S)
            await asyncio.sleep(2)  # polls without any clock, and without a cloud
            async with listening(cloud, mqtt.port):
                await _more(cloud, 8, "the first rounds arrive")
                for step in steps:
                    offset.write_text(str(step))
                    await _more(cloud, 4, f"polling goes on at {step}")
                offset.write_text(str(-int(time.time()) + 5))
                await asyncio.to_thread(edge.kill)  # the next start is at 1970 again, in the same boot
                edge.start()
                await _more(cloud, 6, "it goes on after a restart at 1970")
                await asyncio.to_thread(edge.stop, PATIENCE_S)
    return Outcome(cloud, started_ms, time.time() * 1000)


@in_loop
async def test_boot_at_1970_and_jumps_while_running_put_nothing_into_a_wrong_interval(tmp_path: Path) -> None:
    outcome = await through_steps(tmp_path, (10 * YEAR_S, -7200, 3600, 0), fault="no_ntp")

    assert [] == outcome.cloud.conflicts + outcome.cloud.quarantine
    assert [] == outcome.misdated
    assert {TimeQuality.RECONSTRUCTED, TimeQuality.SYNCHRONISED} == {fact[5] for fact in outcome.dated}
    for meter in ("meter-1", "meter-2"):
        times = [fact[2] for fact in outcome.dated if fact[0] == meter]
        assert all(later - earlier >= 0 for earlier, later in itertools.pairwise(times))


@in_loop
async def test_steps_find_an_agent_that_believes_the_wall_clock(tmp_path: Path) -> None:
    assert (await through_steps(tmp_path, (), fault="wall_clock")).misdated


async def _more(cloud: CloudTwin, rows: int, expectation: str) -> None:
    before = len(cloud.facts())
    await until(lambda: len(cloud.facts()) >= before + rows, expectation, PATIENCE_S)
