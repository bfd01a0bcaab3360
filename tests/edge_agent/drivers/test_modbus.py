import asyncio
from decimal import Decimal

import pytest

from common.errors import InputError
from common.profile import find
from common.reading import as_decimal
from edge_agent.drivers.interface import LineDown, MeterRefused, MeterSilent, RegisterValue, WrongMeter
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.house import House
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine
from edge_agent.transports.port import Port
from tests.edge_agent.builders import make_profile, words_of
from tests.edge_agent.drivers.modbus_readings import HUNDRED, U16, counting_registers, on_line, read_one


@pytest.mark.parametrize("framing", ["tcp", "rtu", "ascii"])
def test_all_values_of_a_simulated_sdm630_come_in_three_requests(framing: str) -> None:
    line = simulated_line(units=3, framing=framing, clock=lambda: 1_800_000_000.0)

    values = on_line(line, lambda driver: driver.read("2", find("eastron_sdm630")))

    house = House(1, 2)
    by_register = {value.register: as_decimal(value.value) for value in values}
    assert 3 >= line.requests
    assert set(find("eastron_sdm630").registers) == set(by_register)
    expected = house.register("energy_import_total", 1_800_000_000.0)
    assert Decimal("0.01") >= abs(expected - by_register["energy_import_total"])


def test_what_is_decoded_later_has_the_time_of_its_answer() -> None:
    now_s = [1234.5]

    async def fetched_and_decoded_an_hour_later(driver: ModbusDriver) -> list[RegisterValue]:
        values = await driver.fetch("1", HUNDRED, ["r7"])
        now_s[0] += 3600
        return values()

    line = SimulatedLine({1: words_of(counting_registers())})

    (value,) = on_line(line, fetched_and_decoded_an_hour_later, clock=lambda: now_s[0])

    assert (7000, 1234500, b"\0\7") == (value.value, value.at_ms, value.raw)


def test_a_value_carries_its_evidence() -> None:
    line = SimulatedLine({1: words_of(counting_registers())})

    (value,) = on_line(line, lambda driver: driver.read("1", HUNDRED, ["r7"]), clock=lambda: 1234.5)

    assert ("r7", "kWh", "index", 7000, 1234500, b"\0\7", "test_meter", HUNDRED.hash) == (
        value.register,
        value.unit,
        value.kind,
        value.value,
        value.at_ms,
        value.raw,
        value.profile_id,
        value.profile_hash,
    )


@pytest.mark.parametrize("framing", ["tcp", "rtu", "ascii"])
def test_a_unit_that_is_not_there_is_silent_and_the_others_go_on(framing: str) -> None:
    async def work(driver: ModbusDriver) -> str:
        with pytest.raises(MeterSilent, match="no answer"):
            await driver.read("9", HUNDRED, ["r1"])
        return await read_one(driver, HUNDRED, "r5")

    assert "5" == on_line(SimulatedLine({1: words_of(counting_registers())}, framing=framing), work, timeout_s=0.4)


@pytest.mark.parametrize("framing", ["tcp", "rtu", "ascii"])
def test_an_exception_says_what_the_meter_refuses(framing: str) -> None:
    profile = make_profile(f"far = {{ address = 4000, {U16} }}")

    with pytest.raises(MeterRefused, match="no register") as caught:
        on_line(
            SimulatedLine({1: words_of(counting_registers())}, framing=framing),
            lambda driver: driver.read("1", profile),
        )

    assert caught.value.hint


def test_a_block_the_meter_refuses_is_asked_register_by_register_and_only_once() -> None:
    registers = {0: 1, 1: 2, 5: 6}  # registers 2 to 4 do not exist
    profile = make_profile(
        f"a = {{ address = 0, {U16} }}\nb = {{ address = 1, {U16} }}\nc = {{ address = 5, {U16} }}\n"
        f"d = {{ address = 9, optional = true, {U16} }}"
    )
    line = SimulatedLine({1: words_of(registers)})

    async def work(driver: ModbusDriver) -> tuple[list[str], int, int]:
        first = [value.register for value in await driver.read("1", profile)]
        before = line.requests
        await driver.read("1", profile)
        return first, before, line.requests - before

    assert (["a", "b", "c"], 5, 4) == on_line(line, work)


def test_sums_are_made_of_one_poll() -> None:
    profile = make_profile(
        f'total = {{ sum = ["t1", "t2"], unit = "kWh", kind = "index" }}\nt1 = {{ address = 0, {U16} }}\n'
        f'net = {{ sum = ["t1", "-t2"], unit = "kWh", kind = "index" }}\nt2 = {{ address = 1, {U16} }}'
    )
    line = SimulatedLine({1: words_of({0: 100, 1: 11})})

    values = on_line(line, lambda driver: driver.read("1", profile, ["total", "net"]))

    assert [("total", 111000), ("net", 89000)] == [(value.register, value.value) for value in values]


MARKED = make_profile(f"r = {{ address = 0, {U16} }}", more='[[identify]]\naddress = 50\ntype = "u16"\none_of = [77]\n')


def test_a_meter_without_the_profiles_mark_is_refused_before_any_value() -> None:
    with pytest.raises(WrongMeter, match="no Test One"):
        on_line(SimulatedLine({1: words_of(counting_registers())}), lambda driver: driver.read("1", MARKED))


def test_a_meter_with_the_mark_is_asked_for_it_once() -> None:
    line = SimulatedLine({1: words_of(counting_registers(27))})

    async def work(driver: ModbusDriver) -> int:
        await driver.read("1", MARKED)
        await driver.read("1", MARKED)
        return line.requests

    assert 3 == on_line(line, work)


def test_the_serial_number_is_read() -> None:
    line = simulated_line(units=2)

    assert "25100002" == on_line(line, lambda driver: driver.identify("2", find("eastron_sdm630")))


def test_a_port_nobody_listens_on_is_a_line_down_with_a_hint() -> None:
    async def work() -> None:
        async with ModbusDriver(Port.parse("tcp://127.0.0.1:1")) as driver:
            await driver.read("1", HUNDRED, ["r1"])

    with pytest.raises(LineDown, match="no connection"):
        asyncio.run(work())


@pytest.mark.parametrize("address", ["256", "x", "-1", ""])
def test_what_is_no_unit_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="not a Modbus unit"):
        on_line(SimulatedLine({}), lambda driver: driver.read(address, HUNDRED))
