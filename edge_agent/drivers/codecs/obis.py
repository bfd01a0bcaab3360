"""OBIS codes (IEC 62056-61): values by their code, from any protocol that uses them; pure.

A code is `A-B:C.D.E*F`; meters leave out what is usual. A profile's `1.8.0` means any A-B and no stored value.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from common.errors import InputError
from common.profile import MeterProfile
from edge_agent.drivers.values import ExactValue, decimal_text

CODE = re.compile(r"(?:(\d{1,3})-(\d{1,3}):)?([0-9A-Z]{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:[*&](\d{1,3}))?")
NOW = 255  # F of the present value
# unit as meters write it -> canonical unit, factor
UNITS = {
    "kwh": ("kWh", Decimal(1)),
    "wh": ("kWh", Decimal("0.001")),
    "mwh": ("kWh", Decimal(1000)),
    "kvarh": ("kvarh", Decimal(1)),
    "varh": ("kvarh", Decimal("0.001")),
    "kvah": ("kVAh", Decimal(1)),
    "vah": ("kVAh", Decimal("0.001")),
    "kw": ("kW", Decimal(1)),
    "w": ("kW", Decimal("0.001")),
    "kvar": ("kvar", Decimal(1)),
    "var": ("kvar", Decimal("0.001")),
    "kva": ("kVA", Decimal(1)),
    "va": ("kVA", Decimal("0.001")),
    "m3": ("m3", Decimal(1)),
    "m3/h": ("m3/h", Decimal(1)),
    "v": ("V", Decimal(1)),
    "a": ("A", Decimal(1)),
    "hz": ("Hz", Decimal(1)),
    "c": ("C", Decimal(1)),
}
QUANTITIES = {
    ("1", "8"): "Active energy import",
    ("2", "8"): "Active energy export",
    ("3", "8"): "Reactive energy import",
    ("4", "8"): "Reactive energy export",
    ("1", "7"): "Active power import",
    ("2", "7"): "Active power export",
    ("16", "7"): "Active power",
    ("32", "7"): "Voltage L1",
    ("52", "7"): "Voltage L2",
    ("72", "7"): "Voltage L3",
    ("31", "7"): "Current L1",
    ("51", "7"): "Current L2",
    ("71", "7"): "Current L3",
    ("14", "7"): "Frequency",
    ("1", "6"): "Maximum demand import",
    ("24", "2"): "Volume",
}


@dataclass(frozen=True, slots=True)
class ObisValue:
    """One value of a readout. `when` is the time the meter gives with it, as it writes it."""

    code: str
    value: Decimal | str
    unit: str
    raw: bytes
    when: str = ""


@dataclass(frozen=True, slots=True)
class Readout:
    """What one telegram says: who sends it, and its values."""

    id: str
    values: tuple[ObisValue, ...]
    facts: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """`{"header": …, "records": […]}` with exact decimals as strings."""
        return {
            "header": {"id": self.id, **dict(self.facts)},
            "records": [_record_json(value) for value in self.values],
        }


def split(code: str) -> tuple[str, ...] | None:
    """The six groups of a code, "" for those left out; None if it is no code."""
    match = CODE.fullmatch(code)
    return tuple(group or "" for group in match.groups()) if match else None


def logical_name(obis: str) -> bytes:
    """Six bytes of a code; what is left out is 1-0 and *255."""
    groups = split(obis)
    if groups is None:
        raise InputError(f"{obis!r} is no OBIS code", hint="for example 1-0:1.8.0*255")
    numbers = [groups[0] or "1", groups[1] or "0", groups[2], groups[3], groups[4] or "0", groups[5] or "255"]
    if not all(number.isdecimal() and int(number) < 256 for number in numbers):
        raise InputError(f"{obis!r} is no logical name", hint="for example 1-0:1.8.0*255")
    return bytes(int(number) for number in numbers)


def is_same_code(meter_code: str, profile_code: str) -> bool:
    """Whether a meter's code is the one a profile names; a stored value is not the present one."""
    got, want = split(meter_code), split(profile_code)
    if got is None or want is None:
        return False
    if want[0] and got[:2] != want[:2]:
        return False
    stored = got[5] or str(NOW)
    return (got[2], got[3], got[4] or "0") == (want[2], want[3], want[4] or "0") and stored == (want[5] or str(NOW))


def values_by_register(
    profile: MeterProfile, values: Iterable[ObisValue], names: Iterable[str]
) -> dict[str, ExactValue]:
    """Exact value and raw bytes of each register a readout gives, in its unit; one in a foreign unit is left out."""
    readout = list(values)
    by_register = {}
    for name in names:
        register = profile.registers[name]
        value = next((entry for entry in readout if register.obis and is_same_code(entry.code, register.obis)), None)
        if value is None or not isinstance(value.value, Decimal):
            continue
        unit, factor = UNITS.get(value.unit.lower(), (value.unit, Decimal(1)))
        if unit in ("", register.unit.value):
            by_register[name] = ExactValue(value.value * factor * register.scale, value.raw)
    return by_register


def _record_json(value: ObisValue) -> dict[str, Any]:
    groups = split(value.code) or ("", "", "", "", "", "")
    record = {
        "obis": value.code,
        "function": "Maximum value" if groups[3] == "6" else "Instantaneous value",
        "storage": 0 if groups[5] in ("", str(NOW)) else int(groups[5]),
        "tariff": int(groups[4] or 0),
        "subunit": int(groups[1] or 0),
        "quantity": QUANTITIES.get((groups[2], groups[3]), ""),
        "unit": value.unit,
        "value": decimal_text(value.value) if isinstance(value.value, Decimal) else value.value,
    }
    if value.when:
        record["when"] = value.when
    return record
