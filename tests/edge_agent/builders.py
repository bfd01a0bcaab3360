"""Profiles, ports and lines for tests of the edge, with defaults that can be overridden."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from common.profile import MeterProfile, parse
from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine
from edge_agent.transports.port import Port

HEAD = """
id = "test_meter"
maker = "Test"
models = ["One"]
protocol = "{protocol}"
source = "made for a test"
"""


def make_profile(registers: str, *, protocol: str = "modbus", more: str = "") -> MeterProfile:
    """A profile from lines like `energy = {{ address = 0, type = "u16", unit = "kWh", kind = "index" }}`."""
    first = registers.strip().split("=", 1)[0].strip()
    sample = f'\n[[samples]]\nregister = "{first}"\nvalue = "0"\nwords = [0]\n'
    return parse(HEAD.format(protocol=protocol) + more + "\n[registers]\n" + registers + sample)


def words_of(values: dict[int, int]) -> Any:
    """A source of registers from address -> word; an address that is not named does not exist."""

    def source(_function: int, address: int, count: int) -> bytes | None:
        if any(at not in values for at in range(address, address + count)):
            return None
        return b"".join(values[at].to_bytes(2, "big") for at in range(address, address + count))

    return source


@asynccontextmanager
async def served(line: SimulatedLine) -> AsyncIterator[Port]:
    """A line on a free TCP port."""
    server = await line.serve()
    try:
        yield Port.parse(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    finally:
        server.close()
        await asyncio.sleep(0)
