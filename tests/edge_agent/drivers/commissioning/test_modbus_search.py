"""Modbus meters are found and told apart by the marks of profiles."""

import asyncio
from collections.abc import Sequence

from common.profile import MeterProfile, find, load_all
from edge_agent.drivers.commissioning.found_meter import FoundMeter
from edge_agent.drivers.commissioning.modbus_search import identify, search
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.drivers.simulation.modbus_meter_server import Faults, SimulatedLine
from tests.edge_agent.builders import served, words_of


def search_on(line: SimulatedLine, units: Sequence[int], profiles: Sequence[MeterProfile]) -> list[FoundMeter]:
    async def work() -> list[FoundMeter]:
        async with served(line) as port, ModbusDriver(port, framing=line.framing, timeout_s=0.2, retries=0) as driver:
            return [meter async for meter in search(driver, units, profiles, lambda *_: None)]

    return asyncio.run(work())


def identified(line: SimulatedLine) -> FoundMeter:
    async def work() -> FoundMeter:
        async with served(line) as port, ModbusDriver(port, framing=line.framing) as driver:
            return await identify(driver, "1", load_all())

    return asyncio.run(work())


def test_units_that_answer_are_found_and_others_not() -> None:
    line = simulated_line("abb_b23_b24", units=2)
    meters = search_on(line, [1, 2, 9], [find("abb_b23_b24")])
    assert [("1", ("abb_b23_b24",)), ("2", ("abb_b23_b24",))] == [(meter.address, meter.profiles) for meter in meters]


def test_a_meter_that_answers_with_nothing_but_exceptions_is_found_as_unknown() -> None:
    (meter,) = search_on(SimulatedLine({1: words_of({})}), [1], [find("abb_b23_b24")])
    assert ((), ()) == (meter.profiles, meter.possible)


def test_a_damaged_answer_is_told_from_silence() -> None:
    line = SimulatedLine({1: words_of({0: 1})}, faults=Faults(damage=lambda frame: frame[:2] + b"\1" + frame[3:]))
    (meter,) = search_on(line, [1], [])
    assert "damaged" in meter.note


def test_of_all_profiles_that_with_a_mark_is_certain_and_gives_the_number() -> None:
    meter = identified(simulated_line("abb_b23_b24"))
    assert "abb_b23_b24" in meter.profiles
    assert "25100001" == meter.serial


def test_without_a_mark_those_that_make_sense_are_possible() -> None:
    meter = identified(simulated_line("eastron_sdm630"))
    assert "eastron_sdm630" in meter.possible or "eastron_sdm630" in meter.profiles
