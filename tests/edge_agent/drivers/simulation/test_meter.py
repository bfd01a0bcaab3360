"""Simulated meters of any Modbus profile."""

from decimal import Decimal

import pytest

from common.profile import find, load_all
from edge_agent.drivers.modbus_words import register_value
from edge_agent.drivers.simulation.house import House
from edge_agent.drivers.simulation.meter import FIRST_SERIAL, MeterImage

NOON_S = 1_790_000_000.0


def image(profile_id: str = "eastron_sdm630", unit: int = 2) -> MeterImage:
    return MeterImage(find(profile_id), House(1, unit), clock=lambda: NOON_S)


def test_a_register_holds_what_the_house_has_used() -> None:
    meter = image()
    register = meter.profile.registers["energy_import_total"]
    raw = meter(register.function or meter.profile.read.function, register.address or 0, register.words)
    assert raw is not None
    rules = meter.profile.read
    value = register_value(raw, register, word_order=rules.word_order, byte_order=rules.byte_order)
    expected = meter.house.register("energy_import_total", NOON_S)
    assert value is not None
    assert abs(value - expected) < Decimal("0.001") * expected


def test_addresses_outside_the_map_do_not_exist_and_holes_read_zero() -> None:
    meter = image()
    function = meter.profile.read.function
    addresses = {address for kind, address in meter.map if kind == function}
    hole = next(address for address in range(min(addresses), max(addresses)) if address not in addresses)
    assert (None, b"\0\0") == (meter(function, max(addresses) + 1, 1), meter(function, hole, 1))


def test_a_model_shows_its_mark_and_each_unit_its_number() -> None:
    meter = image("abb_b23_b24", unit=5)
    serial = meter.profile.serial_number
    assert serial is not None
    raw = meter(serial.function or meter.profile.read.function, serial.address, 2)
    assert (FIRST_SERIAL + 5).to_bytes(4, "big") == raw


@pytest.mark.parametrize(
    "profile_id", [profile.id for profile in load_all() if profile.protocol == "modbus" and not profile.read.sunspec]
)
def test_every_modbus_profile_can_be_simulated(profile_id: str) -> None:
    meter = image(profile_id)
    name = next(name for name, register in meter.profile.registers.items() if register.address is not None)
    register = meter.profile.registers[name]
    raw = meter(register.function or meter.profile.read.function, register.address or 0, register.words)
    assert raw is not None
    assert 2 * register.words == len(raw)
