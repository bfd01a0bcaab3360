import asyncio
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from common.profile import find
from common.reading import as_decimal
from edge_agent.drivers.interface import WrongMeter
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine
from tests.edge_agent.builders import served, words_of

PROFILE = find("sunspec_meter_int")


def device(model: int, body: dict[int, int], *, base: int = 40000, length: int = 105) -> dict[int, int]:
    """The registers of a SunSpec device: marker, common model, one meter model, end."""
    registers = dict(enumerate(struct.unpack(">2H", b"SunS"), base))
    common = [1, 66] + [0] * 66
    serial = struct.unpack(">8H", b"SN-0042".ljust(16, b"\0"))
    common[50:58] = serial
    meter = [model, length] + [0] * length
    for offset, value in body.items():
        meter[offset] = value
    return registers | dict(enumerate([*common, *meter, 0xFFFF, 0], base + 2))


METER = {
    46: 0x0001, 47: 0xE240, 54: 1,  # imported 123456 x 10 Wh
    18: 0xFF00, 22: 1,  # power -256 x 10 W
    8: 23015, 15: 0xFFFE,  # 230.15 V
    3: 0x8000, 6: 0,  # current: not implemented
}  # fmt: skip


def on(registers: dict[int, int], work: Callable[[ModbusDriver], Awaitable[Any]]) -> tuple[Any, int]:
    async def inside() -> tuple[Any, int]:
        line = SimulatedLine({1: words_of(registers)})
        async with served(line) as port, ModbusDriver(port) as driver:
            return await work(driver), line.requests

    return asyncio.run(inside())


@pytest.mark.parametrize("base", [40000, 0, 50000])
def test_the_model_is_found_wherever_the_chain_begins(base: int) -> None:
    async def work(driver: ModbusDriver) -> dict[str, str]:
        return {value.register: str(as_decimal(value.value)) for value in await driver.read("1", PROFILE)}

    values, _ = on(device(203, METER, base=base), work)

    assert {"energy_import_total": "1234.560", "power_total": "-2.560", "voltage_l1": "230.150"} == values


def test_zero_means_not_counted_and_is_no_reading() -> None:
    async def work(driver: ModbusDriver) -> list[str]:
        return [value.register for value in await driver.read("1", PROFILE, ["energy_import_total", "voltage_l1"])]

    assert ["voltage_l1"] == on(device(203, {**METER, 46: 0, 47: 0}), work)[0]


def test_an_impossible_scale_factor_is_no_reading() -> None:
    async def work(driver: ModbusDriver) -> list[str]:
        return [value.register for value in await driver.read("1", PROFILE, ["power_total", "voltage_l1"])]

    assert ["voltage_l1"] == on(device(203, {**METER, 22: 0x8000}), work)[0]


def test_the_chain_is_walked_once() -> None:
    async def work(driver: ModbusDriver) -> None:
        await driver.read("1", PROFILE, ["voltage_l1"])
        await driver.read("1", PROFILE, ["voltage_l1"])

    _, requests = on(device(201, METER), work)
    assert 5 == requests  # marker, two models, twice the value


def test_the_serial_number_comes_from_the_common_model() -> None:
    assert "SN-0042" == on(device(204, METER), lambda driver: driver.identify("1", PROFILE))[0]


@pytest.mark.parametrize(
    "registers",
    [
        pytest.param(device(103, METER), id="an inverter"),
        pytest.param(dict.fromkeys(range(100), 0), id="no SunSpec at all"),
        pytest.param(device(103, {}, length=0), id="a broken chain"),
    ],
)
def test_a_device_without_a_meter_model_is_refused(registers: dict[int, int]) -> None:
    with pytest.raises(WrongMeter, match="no SunSpec model"):
        on(registers, lambda driver: driver.read("1", PROFILE))
