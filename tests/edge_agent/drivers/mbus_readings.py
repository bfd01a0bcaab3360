"""Simulated M-Bus meters and what a driver reads from them."""

import asyncio
from collections.abc import Callable
from typing import Any

from common.profile import MeterProfile
from common.reading import as_decimal
from edge_agent.drivers.mbus import MBusDriver
from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave
from edge_agent.transports.port import Port
from tests.edge_agent.builders import make_profile

ENERGY = bytes.fromhex("04 06 39 30 00 00")  # 12345 kWh
VOLUME = bytes.fromhex("04 13 E8 03 00 00")  # 1.000 m3
MORE = b"\x1f"
PROFILE = make_profile(
    """
energy = { record = { quantity = "Energy" }, unit = "kWh", kind = "index", scale = 0.001 }
volume = { record = { quantity = "Volume" }, unit = "m3", kind = "index" }
power = { record = { quantity = "Power" }, unit = "kW", kind = "instant", scale = 0.001 }
""",
    protocol="mbus",
)


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
    """Work for `on_bus`: register and value of one meter, in pairs."""

    async def work(driver: MBusDriver) -> list[tuple[str, str]]:
        values = await driver.read(address, profile, names)
        return [(value.register, str(as_decimal(value.value))) for value in values]

    return work


def two_meters(**more: Any) -> MBusSlaves:
    """A bus with the primary addresses 1 and 2."""
    first = Slave("12345678", [ENERGY + VOLUME], primary=1)
    return MBusSlaves([first, Slave("12345699", [VOLUME], primary=2)], **more)
