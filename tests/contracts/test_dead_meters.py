"""Dead meters on a line: what they cost the others, and how soon they are back.

The production poller and driver on virtual time, simulated SDM630 behind 9600 baud with true byte times.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from edge_agent.clock import Clock
from edge_agent.config import parse
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine as Meters
from edge_agent.poll_result import Measurement
from edge_agent.poller import lines_of
from tests.edge_agent.virtual_time import VirtualTime, Wire

UNITS, DEAD = 32, (5, 12, 20, 32)
BYTE_S, THINK_S = 10 / 9600, 0.03
BILLING_SET = ["voltage_l1", "current_l1", "power_total", "frequency", "energy_import_total", "energy_export_total"]
SITE = (
    '[gateway]\nid = "gw"\ndata = "{data}"\n[uplink]\nbroker = "mqtt://127.0.0.1:1"\n'
    "[polling]\ninterval_s = {interval_s}\n"
)
BUS = '[[bus]]\nname = "{name}"\nprotocol = "modbus"\nport = "serial:///dev/{name}?baud=9600"\n'
METER = '[[bus.meter]]\nid = "{name}-{unit}"\nprofile = "eastron_sdm630"\naddress = "{unit}"\nregisters = {registers}\n'


def meters(units: int, clock: VirtualTime) -> Meters:
    """A line whose meters show what they showed first: making new values is not what is measured."""
    line = simulated_line(units=units, framing="rtu", byte_s=BYTE_S, think_s=THINK_S, clock=clock.wall_s)
    line.units = {unit: cache(source) for unit, source in line.units.items()}
    return line


class Site:
    """Two busses that are polled, and when which meter was read."""

    def __init__(self, clock: VirtualTime, folder: Path, interval_s: int) -> None:
        text = SITE.format(data=folder, interval_s=interval_s)
        for name, units in (("bus-a", UNITS), ("bus-b", 8)):
            text += BUS.format(name=name)
            text += "".join(
                METER.format(name=name, unit=unit, registers=BILLING_SET) for unit in range(1, units + 1)
            ).replace("'", '"')
        self.clock = clock
        self.reads: list[tuple[float, str]] = []
        agents = Clock(mono=clock.mono_ms, wall=clock.wall_s, kernel_synchronised=lambda: True)
        self.lines = lines_of(parse(text), agents, self.commit)

    async def commit(self, measurements: Sequence[Measurement]) -> None:
        """A meter counts as read when its values are kept."""
        now_s = self.clock.now_s
        self.reads += [(now_s, meter) for meter in dict.fromkeys(measurement.meter for measurement in measurements)]

    def count(self, since_s: float, until_s: float) -> Counter[str]:
        return Counter(meter for at_s, meter in self.reads if since_s < at_s <= until_s)

    def first(self, meter: str, since_s: float) -> float:
        return next(at_s for at_s, read_meter in self.reads if read_meter == meter and at_s > since_s) - since_s


@pytest.mark.slow
@pytest.mark.parametrize("interval_s", [5, 10, 60], ids=["a line at its limit", "every 10 s", "every minute"])
def test_four_dead_meters_of_32_cost_the_others_nothing_that_counts_and_are_back_within_a_minute(
    interval_s: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualTime(monkeypatch)
    bus_a = meters(UNITS, clock)
    Wire.serve(monkeypatch, {"/dev/bus-a": bus_a, "/dev/bus-b": meters(8, clock)})
    site = Site(clock, tmp_path, interval_s)
    warm_s, phase_s = 121.0, 600.0
    back: dict[int, float] = {}

    async def play() -> None:
        tasks = [asyncio.create_task(line.run()) for line in site.lines]
        await asyncio.sleep(warm_s + phase_s)
        bus_a.faults.silent |= set(DEAD)
        await asyncio.sleep(phase_s)
        for unit in DEAD:
            await asyncio.sleep(17)  # at any moment of the minute
            back[unit] = clock.now_s
            bus_a.faults.silent.discard(unit)
        await asyncio.sleep(100)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    clock.run(play())

    before, then = site.count(warm_s, warm_s + phase_s), site.count(warm_s + phase_s, warm_s + 2 * phase_s)
    for unit in set(range(1, UNITS + 1)) - set(DEAD):
        meter = f"bus-a-{unit}"
        assert then[meter] >= 0.95 * before[meter] > 0, f"{meter}: {then[meter]} reads instead of {before[meter]}"
    assert {phase_s / interval_s} == {then[f"bus-b-{unit}"] for unit in range(1, 9)}
    for unit, since_s in back.items():
        assert site.first(f"bus-a-{unit}", since_s) <= 60
