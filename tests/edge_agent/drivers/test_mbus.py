import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from common.errors import InputError
from common.profile import MeterProfile, find
from common.reading import as_decimal
from edge_agent.drivers.codecs.mbus_address import parse_address
from edge_agent.drivers.codecs.mbus_frame import RSP_UD, long_frame
from edge_agent.drivers.interface import LineDown, MeterRefused, MeterSilent, WrongMeter
from edge_agent.drivers.lines.mbus_line import Collision
from edge_agent.drivers.mbus import MBusDriver
from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave
from edge_agent.transports.port import Port
from tests.edge_agent.builders import make_profile

ENERGY = bytes.fromhex("04 06 39 30 00 00")  # 12345 kWh
VOLUME = bytes.fromhex("04 13 E8 03 00 00")  # 1.000 m3
POWER = bytes.fromhex("02 2B E8 03")  # 1000 W
MORE = b"\x1f"
PROFILE = make_profile(
    """
energy = { record = { quantity = "Energy" }, unit = "kWh", kind = "index", scale = 0.001 }
volume = { record = { quantity = "Volume" }, unit = "m3", kind = "index" }
power = { record = { quantity = "Power" }, unit = "kW", kind = "instant", scale = 0.001 }
""",
    protocol="mbus",
)


class BusySlave(Slave):
    def answer(self, *, toggle: bool) -> bytes:
        del toggle
        return long_frame(RSP_UD, 1, 0x70, b"\x08")


def on_bus(slaves: MBusSlaves, work: Callable[[MBusDriver], Any], **options: Any) -> Any:
    """Run `work` with a driver on simulated meters."""

    async def inside() -> Any:
        server = await slaves.serve()
        try:
            port = Port.parse(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            async with MBusDriver(port, timeout_s=0.3, **options) as driver:
                return await work(driver)
        finally:
            server.close()

    return asyncio.run(inside())


def read(address: str, *names: str, profile: MeterProfile = PROFILE) -> Callable[[MBusDriver], Any]:
    async def work(driver: MBusDriver) -> list[tuple[str, str]]:
        values = await driver.read(address, profile, names)
        return [(value.register, str(as_decimal(value.value))) for value in values]

    return work


def two_meters(**more: Any) -> MBusSlaves:
    first = Slave("12345678", [ENERGY + VOLUME], primary=1)
    return MBusSlaves([first, Slave("12345699", [VOLUME], primary=2)], **more)


def test_a_meter_is_read_by_its_primary_address() -> None:
    assert [("energy", "12345.000"), ("volume", "1.000")] == on_bus(two_meters(), read("1", "energy", "volume"))


def test_a_meter_is_read_by_the_digits_on_its_label() -> None:
    assert [("volume", "1.000")] == on_bus(two_meters(), read("12345699", "volume"))


def test_maker_version_and_medium_may_be_named_too() -> None:
    slaves = MBusSlaves([Slave("12345678", [ENERGY], "KAM", 1), Slave("12345678", [VOLUME], "ELS", 7)])

    assert [("volume", "1.000")] == on_bus(slaves, read("12345678.ELS.07", "volume"))


def test_two_meters_that_answer_to_one_selection_are_a_collision() -> None:
    with pytest.raises(Collision, match="several meters"):
        on_bus(two_meters(), read("123456FF", "volume"))


def test_a_readout_of_several_telegrams_is_read_to_its_end() -> None:
    slaves = MBusSlaves([Slave("12345678", [ENERGY + MORE, VOLUME + MORE, POWER], primary=1)])

    assert ["energy", "volume", "power"] == [name for name, _ in on_bus(slaves, read("1"))]


def test_no_more_telegrams_are_asked_for_than_the_registers_need() -> None:
    slaves = MBusSlaves([Slave("12345678", [ENERGY + MORE, VOLUME + MORE, POWER], primary=1)])

    on_bus(slaves, read("1", "energy"))

    assert 2 == len(slaves.requests)  # reset, first telegram


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


@pytest.mark.parametrize("address", ["77", "87654321"])
def test_a_meter_that_is_not_there_is_silent(address: str) -> None:
    with pytest.raises(MeterSilent) as caught:
        on_bus(two_meters(), read(address), retries=0)

    assert caught.value.hint


def test_a_refusal_of_the_meter_is_named() -> None:
    slaves = MBusSlaves([BusySlave("12345678", [ENERGY], primary=1)])

    with pytest.raises(MeterRefused, match="too busy"):
        on_bus(slaves, read("1"))


def test_a_meter_of_another_maker_than_the_profiles_is_refused() -> None:
    slaves = MBusSlaves([Slave("12345678", [ENERGY], "ELS", 1, primary=1)])

    with pytest.raises(WrongMeter, match="maker is ELS, not KAM"):
        on_bus(slaves, read("1", profile=find("kamstrup_382")))


def test_a_meter_of_the_profile_gives_its_serial_number() -> None:
    slaves = MBusSlaves([Slave("00345678", [ENERGY], "KAM", 1, primary=1)])

    assert "345678" == on_bus(slaves, lambda driver: driver.identify("1", find("kamstrup_382")))


def test_a_converter_nobody_listens_on_is_a_line_down() -> None:
    async def work() -> None:
        async with MBusDriver(Port.parse("tcp://127.0.0.1:1")):
            pass

    with pytest.raises(LineDown):
        asyncio.run(work())


@pytest.mark.parametrize("address", ["251", "1234567", "12345678.K", "x", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="not an M-Bus address"):
        parse_address(address)
