"""Readouts on a scripted line."""

import asyncio
from typing import Any

from common.profile import find
from common.reading import as_decimal
from edge_agent.drivers import open_driver
from edge_agent.drivers.codecs.checksums import block_check
from tests.edge_agent.drivers.line_twin import Talk, line_to

LINES = b"0.0.0(12345678)\r\n1.8.0(012345.67*kWh)\r\n!\r\n\x03"
BLOCK = b"\x02" + LINES + bytes([block_check(LINES)])


def mode_c(head: bytes, block: bytes, *, echo: bool = False, lose: int = 0) -> tuple[Talk, list[bytes]]:
    """A meter that is asked: it answers only its own address and only after a proper acknowledgement."""
    heard: list[bytes] = []
    state = {"lose": lose}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await reader.readuntil(b"\r\n")
            heard.append(request)
            if echo:
                writer.write(request)
            if request.startswith(b"/?") and request in (b"/?!\r\n", b"/?4711!\r\n"):
                writer.write(head)
            elif request.startswith(b"\x06"):
                state["lose"] -= 1
                writer.write(block if state["lose"] < 0 else block[:20])

    return talk, heard


def read(protocol: str, talk: Talk, profile: str, *names: str, address: str = "0", **options: Any) -> Any:
    """Registers and values of one read over a scripted line."""

    async def work() -> dict[str, str]:
        async with line_to(talk) as port, open_driver(protocol, port, **options) as driver:
            values = await driver.read(address, find(profile), names)
            return {value.register: str(as_decimal(value.value)) for value in values}

    return asyncio.run(work())
