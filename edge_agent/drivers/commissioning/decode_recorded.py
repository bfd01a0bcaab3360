"""A recorded Modbus answer: what its registers are, by themselves or as a profile names them; pure."""

import struct
from typing import Any

from pymodbus.framer import FramerRTU

from common.errors import DecodeError
from common.profile import MeterProfile
from edge_agent.drivers.codecs.modbus_columns import exact_value
from edge_agent.drivers.codecs.modbus_frames import ModbusRefused
from edge_agent.drivers.codecs.modbus_plan import RegisterPlace
from edge_agent.drivers.values import decimal_text

HINT = "give the meter's answer to a read of registers (function 3 or 4), whole"


def decode_answer(data: bytes, profile: MeterProfile | None = None, address: int = 0) -> dict[str, Any]:
    """`{"header": …, "records": […]}` of an answer; DecodeError, or MeterRefused for a Modbus exception.

    `address` is what the request asked for; an answer does not say it.
    """
    framing, unit, pdu = _frame(data)
    function = pdu[0]
    if function & 0x80:
        raise ModbusRefused(pdu[1] if len(pdu) > 1 else 0) if len(pdu) == 2 else _bad("an exception has two bytes")
    if function not in (3, 4):
        raise _bad(f"function {function} is not a read of registers")
    if len(pdu) < 4 or pdu[1] != len(pdu) - 2 or pdu[1] % 2:
        raise _bad("the byte count does not fit the frame")
    registers = pdu[2:]
    header = {"framing": framing, "unit": unit, "function": function, "registers": len(registers) // 2}
    return {"header": header, "records": _records(registers, function, profile, address)}


def _frame(data: bytes) -> tuple[str, int, bytes]:
    """Framing, unit and PDU of the one frame in these bytes."""
    if len(data) >= 5 and FramerRTU.check_CRC(data[:-2], int.from_bytes(data[-2:], "big")):
        return "rtu", data[0], data[1:-2]
    if len(data) >= 9:
        _, protocol, length, unit = struct.unpack_from(">HHHB", data)
        if protocol == 0 and length == len(data) - 6:
            return "tcp", unit, data[7:]
    raise _bad("neither the CRC of Modbus RTU nor the header of Modbus TCP fits")


def _records(registers: bytes, function: int, profile: MeterProfile | None, address: int) -> list[dict[str, Any]]:
    if profile is None:
        return [
            _record(f"register {address + at // 2}", str(int.from_bytes(registers[at : at + 2], "big")), "", at)
            for at in range(0, len(registers), 2)
        ]
    records = []
    for name, register in profile.registers.items():
        if register.address is None or (register.function or profile.read.function) != function:
            continue
        start = (register.address - address) * 2
        end = start + register.words * 2
        scale = None if register.scale_address is None else (register.scale_address - address) * 2
        if start < 0 or end > len(registers) or (scale is not None and not 0 <= scale <= len(registers) - 2):
            continue
        value = exact_value(register, profile.read, RegisterPlace(name, register, start, end, scale).cut(registers))
        records.append(_record(name, None if value is None else decimal_text(value), register.unit.value, start))
    return records


def _record(name: str, value: str | None, unit: str, at: int) -> dict[str, Any]:
    return {
        "quantity": name,
        "value": value,
        "unit": unit,
        "function": "",
        "storage": 0,
        "tariff": 0,
        "subunit": 0,
        "offset": at // 2,
        "valid": value is not None,
    }


def _bad(sentence: str) -> DecodeError:
    return DecodeError(sentence, hint=HINT)
