"""A modem with messages and what a driver reads from it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from common.profile import find
from edge_agent.drivers.sms import SmsDriver
from edge_agent.transports.tcp import TcpTransport
from tests.edge_agent.drivers.codecs.test_sms_pdu import deliver
from tests.edge_agent.drivers.line_twin import line_to
from tests.edge_agent.drivers.modem_twin import ModemTwin

PROFILE = find("kamstrup_gsm7i")
SENDER = "49171021437"


def message(text: str) -> str:
    """The PDU of a message from the meter."""
    return deliver(text, coding=4, number="947101123447"[:10] + "F7").hex().upper()


def with_modem(twin: ModemTwin, work: Callable[[SmsDriver], Awaitable[Any]], **options: Any) -> Any:
    """Run `work` with a driver on this modem."""

    async def inside() -> Any:
        async with line_to(twin.talk) as port, SmsDriver(port, transport=TcpTransport(port), **options) as driver:
            return await work(driver)

    return asyncio.run(inside())


async def energy(driver: SmsDriver) -> tuple[int, bool]:
    """The value of the next message in thousandths, and whether the meter dated it."""
    (value,) = await driver.read(SENDER, PROFILE, ["energy_import_total"])
    return value.value, value.meter_time
