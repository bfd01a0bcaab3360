"""The fixed data structure of M-Bus (EN 13757-3, CI 73 and 77): two counters of one unit each and a status; pure."""

from dataclasses import dataclass
from decimal import Decimal

from common.errors import DecodeError
from edge_agent.drivers.codecs.mbus_record import MBusRecord
from edge_agent.drivers.codecs.mbus_value import bcd

FIXED_MEDIA = {
    0: "Other",
    1: "Oil",
    2: "Electricity",
    3: "Gas",
    4: "Heat",
    5: "Steam",
    6: "Hot water",
    7: "Water",
    8: "H.C.A.",
    9: "Reserved",
    10: "Gas mode 2",
    11: "Heat mode 2",
    12: "Hot water mode 2",
    13: "Water mode 2",
    14: "H.C.A. mode 2",
    15: "Reserved",
}
# units of the fixed structure: first code, last code, unit, power of ten of the first
FIXED_UNITS = (
    (0x02, 0x04, "Wh", 0),
    (0x05, 0x07, "kWh", 0),
    (0x08, 0x0A, "MWh", 0),
    (0x0B, 0x0D, "kJ", 0),
    (0x0E, 0x10, "MJ", 0),
    (0x11, 0x13, "GJ", 0),
    (0x14, 0x16, "W", 0),
    (0x17, 0x19, "kW", 0),
    (0x1A, 0x1C, "MW", 0),
    (0x1D, 0x1F, "kJ/h", 0),
    (0x20, 0x22, "MJ/h", 0),
    (0x23, 0x25, "GJ/h", 0),
    (0x26, 0x28, "ml", 0),
    (0x29, 0x2B, "l", 0),
    (0x2C, 0x2E, "m^3", 0),
    (0x2F, 0x31, "ml/h", 0),
    (0x32, 0x34, "l/h", 0),
    (0x35, 0x37, "m^3/h", 0),
    (0x38, 0x38, "°C", -3),
    (0x39, 0x39, "Units for H.C.A.", 0),
)
FIXED_QUANTITIES = {
    "Wh": "Energy", "J": "Energy", "W": "Power", "J/h": "Power", "l": "Volume", "m^3": "Volume",
    "l/h": "Volume flow", "m^3/h": "Volume flow", "°C": "Temperature", "Units for H.C.A.": "H.C.A.",
}  # fmt: skip
SAME_AS_FIRST = 0x3E  # the second counter is the first one at an earlier due date


@dataclass(frozen=True, slots=True)
class FixedData:
    """The sixteen bytes of a fixed telegram. `number` is the meter's own, low byte first; `status` its status byte."""

    number: bytes
    access_number: int
    status: int
    medium: str
    counters: tuple[MBusRecord, MBusRecord]


def decode_fixed(data: bytes, *, msb_first: bool) -> FixedData:
    """Two counters and one byte of status; DecodeError unless there are exactly sixteen bytes."""
    if len(data) != 16:
        raise DecodeError(
            f"a fixed telegram has 16 bytes, this one {len(data)}", hint="the frame is damaged: read again"
        )
    status, units = data[5], (data[6], data[7])
    order = slice(None, None, -1) if msb_first else slice(None)
    first = _fixed_record(data[8:12][order], units[0] & 0x3F, status)
    same = units[1] & 0x3F == SAME_AS_FIRST
    second = _fixed_record(data[12:16][order], units[0 if same else 1] & 0x3F, status, stored=same or bool(status & 2))
    medium = FIXED_MEDIA[(units[0] >> 6) | ((units[1] >> 6) << 2)]
    return FixedData(data[:4][order], data[4], status, medium, (first, second))


def _fixed_record(data: bytes, code: int, status: int, *, stored: bool | None = None) -> MBusRecord:
    stored = bool(status & 2) if stored is None else stored
    counter = bcd(data) if not status & 1 else None
    value = counter.value if counter else Decimal(int.from_bytes(data, "little"))
    unit, exponent = "", 0
    for first, last, name, power in FIXED_UNITS:
        if first <= code <= last:
            unit, exponent = name, power + code - first
    if isinstance(value, Decimal):
        value = value.scaleb(exponent)
    quantity = next((text for end, text in FIXED_QUANTITIES.items() if unit == end or unit[1:] == end), "")
    return MBusRecord(
        function="Stored value" if stored else "Actual value",
        storage=1 if stored else 0,
        tariff=0,
        subunit=0,
        quantity=quantity,
        unit=unit,
        value=value,
        raw=data,
        valid=counter.valid if counter else True,
    )
