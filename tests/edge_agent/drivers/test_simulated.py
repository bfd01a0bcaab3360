"""A driver without a wire."""

import asyncio
from typing import Any

import pytest

from common.profile import find
from edge_agent.drivers.interface import MeterSilent, RegisterValue
from edge_agent.drivers.simulated import SimulatedDriver
from edge_agent.drivers.simulation.house import House

PROFILE = find("eastron_sdm630")
NOON_S = 1_790_000_000.0


def read(address: str, *names: str, **options: Any) -> list[RegisterValue]:
    return asyncio.run(SimulatedDriver(clock=lambda: NOON_S, **options).read(address, PROFILE, names))


def test_values_are_those_of_the_house_at_the_address_now() -> None:
    (value,) = read("3", "energy_import_total", seed=5)
    house = House(5, 3).register("energy_import_total", NOON_S)
    assert (int(house * 1000), "kWh", int(NOON_S * 1000)) == (value.value, value.unit, value.at_ms)


def test_all_registers_of_any_profile_can_be_read() -> None:
    assert set(PROFILE.registers) == {value.register for value in read("1")}


def test_an_address_that_is_said_to_be_silent_never_answers() -> None:
    with pytest.raises(MeterSilent):
        read("4", silent=["4"], timeout_s=0.0)


def test_a_serial_number_is_made_from_seed_and_address() -> None:
    assert "00700012" == asyncio.run(SimulatedDriver(seed=7).identify("12", PROFILE))
