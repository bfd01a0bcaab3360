"""Simulated meters behind pymodbus's own Modbus TCP server: what our driver reads is framed by somebody else's code.

The line with true byte times and faults (`meter_server`) is ours; this one is for everything that needs no wire.
"""

import struct
from collections.abc import Mapping
from functools import partial

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from pymodbus.simulator.simdevice import SimAction

from edge_agent.drivers.simulation.modbus_meter_server import WordSource

ADDRESSES = 65536


async def _fill(
    source: WordSource,
    function: int,
    start: int,
    address: int,
    count: int,
    registers: list[int],
    written: list[int] | list[bool] | None,
) -> ExcCodes | None:
    """Put the meter's words of this very instant where pymodbus is about to read them."""
    if written is not None:
        return ExcCodes.ILLEGAL_FUNCTION
    raw = source(function, address, count)
    if raw is None:
        return ExcCodes.ILLEGAL_ADDRESS
    registers[address - start : address - start + count] = struct.unpack(f">{count}H", raw)
    return None


async def _absent(*_request: object) -> ExcCodes | None:
    """What a gateway answers for a unit that is not on its line; without it pymodbus trips over the unit's number."""
    return ExcCodes.GATEWAY_NO_RESPONSE


def meter(unit: int, action: SimAction) -> SimDevice:
    """A device with holding and input registers that are made when they are read."""
    registers = [SimData(0, values=0, count=ADDRESSES, datatype=DataType.REGISTERS)]
    bits = [SimData(0, values=False, datatype=DataType.BITS)]
    return SimDevice(unit, simdata=(bits, list(bits), registers, list(registers)), action=action)


def server(units: Mapping[int, WordSource], host: str, port: int) -> ModbusTcpServer:
    """The server, not yet started; for a unit that is not there it answers as a gateway does."""
    devices = [meter(unit, partial(_fill, source)) for unit, source in units.items()]
    return ModbusTcpServer([*devices, meter(0, _absent)], address=(host, port))
