"""Simulated Modbus lines and what a driver reads from them."""

import asyncio
from collections.abc import Callable
from typing import Any

from common.profile import MeterProfile
from common.reading import as_decimal
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine
from tests.edge_agent.builders import make_profile, served

U16 = 'type = "u16", unit = "kWh", kind = "index"'
HUNDRED = make_profile(
    "\n".join(f"r{n} = {{ address = {n}, {U16} }}" for n in range(100)), more="[read]\nhole_max = 0\n"
)


def counting_registers(seed: int = 0) -> dict[int, int]:
    """Registers 0 to 99 that hold their own address, plus `seed`."""
    return {at: at + seed for at in range(100)}


def on_line(line: SimulatedLine, work: Callable[[ModbusDriver], Any], **options: Any) -> Any:
    """Run `work` with a driver on a served line."""

    async def inside() -> Any:
        async with served(line) as port, ModbusDriver(port, framing=line.framing, **options) as driver:
            return await work(driver)

    return asyncio.run(inside())


async def read_one(driver: ModbusDriver, profile: MeterProfile, name: str, address: str = "1") -> str:
    """The value of one register as text."""
    (value,) = await driver.read(address, profile, [name])
    return format(as_decimal(value.value).normalize(), "f")
