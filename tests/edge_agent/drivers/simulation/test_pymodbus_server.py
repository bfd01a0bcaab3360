import asyncio
from decimal import Decimal

import pytest

from common.profile import find
from common.reading import as_decimal
from deploy.bench.free_port import free_port
from edge_agent.drivers.interface import MeterSilent
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.house import House
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.drivers.simulation.pymodbus_server import server
from edge_agent.transports.port import Port

AT_S = 1_800_000_000.0


async def import_kwh(unit: str) -> Decimal:
    port = free_port()
    meters = server(simulated_line(units=2, clock=lambda: AT_S).units, "127.0.0.1", port)
    await meters.serve_forever(background=True)
    try:
        async with ModbusDriver(Port.parse(f"tcp://127.0.0.1:{port}"), timeout_s=0.3) as driver:
            values = await driver.read(unit, find("eastron_sdm630"), ["energy_import_total"])
            return as_decimal(values[0].value)
    finally:
        await meters.shutdown()  # type: ignore[no-untyped-call]  # pymodbus types it not


@pytest.mark.parametrize("unit", [1, 2])
def test_the_pymodbus_server_counts_as_the_house_does(unit: int) -> None:
    meter_kwh = asyncio.run(import_kwh(str(unit)))

    assert abs(meter_kwh - House(1, unit).register("energy_import_total", AT_S)) < Decimal("0.001")


def test_a_unit_that_is_not_there_does_not_answer() -> None:
    with pytest.raises(MeterSilent):
        asyncio.run(import_kwh("7"))
