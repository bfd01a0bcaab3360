"""A DLMS meter and what a driver reads from it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from common.profile import find
from common.reading import as_decimal
from edge_agent.drivers.codecs.obis import logical_name
from edge_agent.drivers.dlms import DlmsDriver
from tests.edge_agent.drivers.dlms_twin import DlmsTwin
from tests.edge_agent.drivers.line_twin import line_to

PROFILE = find("dlms_electricity")
IMPORT = logical_name("1.8.0")
LOAD = logical_name("1-0:99.1.0*255")
COLUMN = "0204 12{cls:04x} 0906{name} 0f02 120000"
SCALER_WH = bytes.fromhex("02020f00161e")  # structure: 10^0, Wh
NAME = (1, bytes.fromhex("00002a0000ff"), 2)


def meter(**more: Any) -> DlmsTwin:
    """A meter with a counter of 12,345.678 kWh and its scaler."""
    objects = {
        (3, IMPORT, 2): bytes.fromhex("0600BC614E"),
        (3, IMPORT, 3): SCALER_WH,
        NAME: b"\x09\x07ACM1234",
    }
    return DlmsTwin(objects, **more)


def talk(twin: DlmsTwin, work: Callable[[DlmsDriver], Awaitable[Any]], framing: str = "tcp", **options: Any) -> Any:
    """Run `work` with a driver on a line to this meter."""

    async def inside() -> Any:
        async with (
            line_to(twin.wrapper if framing == "tcp" else twin.hdlc) as port,
            DlmsDriver(port, framing=framing, timeout_s=0.3, **options) as driver,
        ):
            return await work(driver)

    return asyncio.run(inside())


async def energy(driver: DlmsDriver, address: str = "1") -> str:
    """The meter's counter as text."""
    (value,) = await driver.read(address, PROFILE, ["energy_import_total"])
    return str(as_decimal(value.value))
