"""Clocks that are wrong and jump: polling goes on, and what arrives is dated right or says that it is not."""

import asyncio
import itertools
import time
from pathlib import Path

import pytest

from common.reading import TimeQuality
from edge_agent.clock import kernel_says_synchronised
from tests.chaos.edge_faults import preload
from tests.edge_agent.cloud_twin import CloudTwin
from tests.edge_agent.machine import agent, broker, in_loop, listening, until, write_site

pytestmark = [pytest.mark.slow, pytest.mark.processes]
TOLERANCE_MS = 2000
YEAR_S = 31_557_600


@in_loop
async def test_boot_at_1970_and_jumps_while_running_put_nothing_into_a_wrong_interval(tmp_path: Path) -> None:
    if kernel_says_synchronised():
        pytest.skip("the kernel vouches for this machine's clock, so the agent rightly follows it")
    offset = tmp_path / "offset"
    offset.write_text(str(-int(time.time()) + 5))
    library = preload(tmp_path, "wall_clock")
    cloud = CloudTwin()
    started_ms = time.time() * 1000
    with broker(tmp_path) as mqtt:
        site = write_site(tmp_path, broker_port=mqtt.port, meters=2, registers=("energy_import_total",))
        with agent(site, LD_PRELOAD=str(library), WALL_OFFSET_FILE=str(offset)) as edge:
            await asyncio.sleep(3)  # polls without any clock, and without a cloud
            async with listening(cloud, mqtt.port):
                await until(lambda: len(cloud.facts()) >= 8, "the first rounds arrive")
                for step in (10 * YEAR_S, -7200, 3600, 0):
                    offset.write_text(str(step))
                    await _more(cloud, 4, f"polling goes on at {step}")
                offset.write_text(str(-int(time.time()) + 5))
                await asyncio.to_thread(edge.kill)  # the next start is at 1970 again, in the same boot
                edge.start()
                await _more(cloud, 6, "it goes on after a restart at 1970")
                await asyncio.to_thread(edge.stop)
    ended_ms = time.time() * 1000

    (stream,) = cloud.streams.values()
    dated = [stream.rows[sequence] for sequence in sorted(stream.rows)]
    assert [] == cloud.conflicts + cloud.quarantine
    assert stream.seen.prefix == max(stream.rows)
    assert all(started_ms - TOLERANCE_MS <= fact[2] <= ended_ms + TOLERANCE_MS for fact in dated)
    assert {TimeQuality.RECONSTRUCTED, TimeQuality.SYNCHRONISED} == {fact[5] for fact in dated}
    for meter in ("meter-1", "meter-2"):
        times = [fact[2] for fact in dated if fact[0] == meter]
        assert all(later - earlier >= 0 for earlier, later in itertools.pairwise(times))


async def _more(cloud: CloudTwin, rows: int, what: str) -> None:
    before = len(cloud.facts())
    await until(lambda: len(cloud.facts()) >= before + rows, what)
