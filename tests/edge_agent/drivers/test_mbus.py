import pytest

from common.errors import InputError
from common.profile import find
from edge_agent.drivers.codecs.mbus_address import parse_address
from edge_agent.drivers.codecs.mbus_frame import RSP_UD, long_frame
from edge_agent.drivers.interface import MeterRefused, MeterSilent, WrongMeter
from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave
from tests.edge_agent.drivers.mbus_readings import ENERGY, MORE, VOLUME, on_bus, read, two_meters

POWER = bytes.fromhex("02 2B E8 03")  # 1000 W


class BusySlave(Slave):
    def answer(self, *, toggle: bool) -> bytes:
        del toggle
        return long_frame(RSP_UD, 1, 0x70, b"\x08")


def test_a_meter_is_read_by_its_primary_address() -> None:
    assert [("energy", "12345.000"), ("volume", "1.000")] == on_bus(two_meters(), read("1", "energy", "volume"))


def test_a_meter_is_read_by_the_digits_on_its_label() -> None:
    assert [("volume", "1.000")] == on_bus(two_meters(), read("12345699", "volume"))


def test_maker_version_and_medium_may_be_named_too() -> None:
    slaves = MBusSlaves([Slave("12345678", [ENERGY], "KAM", 1), Slave("12345678", [VOLUME], "ELS", 7)])

    assert [("volume", "1.000")] == on_bus(slaves, read("12345678.ELS.07", "volume"))


def test_a_readout_of_several_telegrams_is_read_to_its_end() -> None:
    slaves = MBusSlaves([Slave("12345678", [ENERGY + MORE, VOLUME + MORE, POWER], primary=1)])

    assert ["energy", "volume", "power"] == [name for name, _ in on_bus(slaves, read("1"))]


def test_no_more_telegrams_are_asked_for_than_the_registers_need() -> None:
    slaves = MBusSlaves([Slave("12345678", [ENERGY + MORE, VOLUME + MORE, POWER], primary=1)])

    on_bus(slaves, read("1", "energy"))

    assert 2 == len(slaves.requests)  # reset, first telegram


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


@pytest.mark.parametrize("address", ["251", "1234567", "12345678.K", "x", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="not an M-Bus address"):
        parse_address(address)
