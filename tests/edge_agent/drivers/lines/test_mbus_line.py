"""One M-Bus line: selections, repeated requests, echoes."""

import asyncio

import pytest

from edge_agent.drivers.interface import LineDown
from edge_agent.drivers.lines.mbus_line import Collision
from edge_agent.drivers.mbus import MBusDriver
from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave
from edge_agent.transports.port import Port
from tests.edge_agent.drivers.mbus_readings import ENERGY, MORE, PROFILE, VOLUME, on_bus, read, two_meters


def test_two_meters_that_answer_to_one_selection_are_a_collision() -> None:
    with pytest.raises(Collision, match="several meters"):
        on_bus(two_meters(), read("123456FF", "volume"))


def test_a_lost_answer_is_asked_for_again_with_the_same_frame_count_bit() -> None:
    slaves = MBusSlaves([Slave("12345678", [ENERGY + MORE, VOLUME], primary=1)])

    async def work(driver: MBusDriver) -> list[str]:
        await driver.line.reset(1)
        first = await driver.line.ask(1, toggle=True)
        slaves.lose = 1
        second = await driver.line.ask(1, toggle=False)
        assert first != second
        return [value.register for value in await driver.read("1", PROFILE)]

    assert ["energy", "volume"] == on_bus(slaves, work)


def test_an_echo_of_the_request_is_skipped() -> None:
    assert [("volume", "1.000")] == on_bus(two_meters(echo=True), read("12345699", "volume"))


def test_a_converter_nobody_listens_on_is_a_line_down() -> None:
    async def work() -> None:
        async with MBusDriver(Port.parse("tcp://127.0.0.1:1")):
            pass

    with pytest.raises(LineDown):
        asyncio.run(work())
