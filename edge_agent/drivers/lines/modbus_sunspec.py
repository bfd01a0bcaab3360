"""SunSpec: models that lie one behind the other, found by walking the chain of their lengths."""

import struct

from edge_agent.drivers.codecs.modbus_frames import ModbusRefused
from edge_agent.drivers.interface import WrongMeter
from edge_agent.drivers.lines.modbus_line import ModbusLine

BASES = (40000, 0, 50000)
MARK = b"SunS"
MODELS_MAX = 64  # no device has more; a broken chain must end
END = 0xFFFF


async def find_model(line: ModbusLine, unit: int, function: int, models: tuple[int, ...]) -> int:
    """Address of the first of these models in the unit's chain; WrongMeter if it has none."""
    for base in BASES:
        try:
            if await line.ask(unit, function, base, 2) != MARK:
                continue
        except ModbusRefused:
            continue
        at = base + 2
        for _ in range(MODELS_MAX):
            number, length = struct.unpack(">HH", await line.ask(unit, function, at, 2))
            if number in models:
                return at
            at += length + 2
            if number == END or at >= END - 1:
                break
    raise WrongMeter(
        f"unit {unit} has no SunSpec model {' or '.join(map(str, models))}",
        hint="is SunSpec switched on in the device? `energy-edge identify` says which profile fits",
    )
