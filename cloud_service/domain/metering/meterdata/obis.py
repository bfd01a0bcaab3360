"""What an OBIS code says of a register: the quantity that it counts, in which unit, and which way it flows.

A code is `medium-channel:C.D.E`; C is the quantity and D what is told of it. Only what a meter counts up (an index, or
what it counted in an interval) is energy or volume; a highest demand or a voltage is refused by its name.
Source: IEC 62056-6-1, and the OBIS code numbers of EDI@Energy for the German market.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from cloud_service.domain.metering.meterdata.series import BadFileError

CODE = re.compile(r"(?:(\d{1,3})-\d{1,3}:)?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:[*&]\d{1,3})?")
ABSTRACT, ELECTRICITY, COOLING, HEAT, GAS, COLD_WATER, HOT_WATER = "0", "1", "5", "6", "7", "8", "9"
COUNTED = frozenset(("8", "9", "17", "18", "19", "20", "29"))  # D: time integrals, from the beginning or of a period
NOT_COUNTED = {
    "2": "sum of highest demands", "4": "mean power", "5": "mean power", "6": "highest demand", "7": "momentary value",
}  # fmt: skip
UNITS = {"active_energy": "kWh", "reactive_energy": "kvarh", "apparent_energy": "kVAh", "volume": "m3"}


@dataclass(frozen=True, slots=True)
class ObisMeaning:
    """What a register counts."""

    quantity: str
    direction: str  # as the client sees it: import is what they take

    @property
    def unit(self) -> str:
        """The unit it is counted in."""
        return UNITS[self.quantity]


FROM_GRID, TO_GRID = "import", "export"
_ELECTRICITY = {
    "1": ObisMeaning("active_energy", FROM_GRID),
    "2": ObisMeaning("active_energy", TO_GRID),
    "3": ObisMeaning("reactive_energy", FROM_GRID),
    "4": ObisMeaning("reactive_energy", TO_GRID),
    "5": ObisMeaning("reactive_energy", FROM_GRID),  # quadrants I and II are what active import can have
    "6": ObisMeaning("reactive_energy", FROM_GRID),
    "7": ObisMeaning("reactive_energy", TO_GRID),
    "8": ObisMeaning("reactive_energy", TO_GRID),
    "9": ObisMeaning("apparent_energy", FROM_GRID),
    "10": ObisMeaning("apparent_energy", TO_GRID),
}
_GAS = {
    **{group: ObisMeaning("volume", FROM_GRID) for group in ("1", "2", "3", "11", "12", "13")},
    "99": ObisMeaning("active_energy", FROM_GRID),  # the energy of a converted volume, as the grid operator tells it
}
_MEANINGS = {
    ELECTRICITY: _ELECTRICITY,
    COOLING: {"1": ObisMeaning("active_energy", FROM_GRID), "2": ObisMeaning("volume", FROM_GRID)},
    HEAT: {"1": ObisMeaning("active_energy", FROM_GRID), "2": ObisMeaning("volume", FROM_GRID)},
    GAS: _GAS,
    COLD_WATER: {"1": ObisMeaning("volume", FROM_GRID)},
    HOT_WATER: {"1": ObisMeaning("volume", FROM_GRID)},
}


def obis_meaning(name: str, *, line: int, field: str) -> ObisMeaning | None:
    """What the register of that name counts; None where the name is no OBIS code of a known form.

    BadFileError for a code whose group nobody here knows, or that is none of what a meter counts up. A code without
    its medium is one of electricity if it is counted up, else it may be any name.
    """
    code = CODE.fullmatch(name.strip())
    if code is None or code[1] == ABSTRACT or (code[1] is None and code[3] not in COUNTED):
        return None
    medium, group, kind = code[1] or ELECTRICITY, code[2], code[3]
    meaning = _MEANINGS.get(medium, {}).get(group)
    if meaning is None:
        _refuse(name, f"group {group} of medium {medium} is not one we know", line, field)
    if not _is_counted(medium, group, kind):
        _refuse(name, f"a {NOT_COUNTED.get(kind, f'value of kind {kind}')} is not counted up", line, field)
    return meaning


def check_unit(meaning: ObisMeaning, unit: str, *, line: int, field: str) -> str:
    """The unit of what the code counts; BadFileError where the file states another one."""
    if unit and unit != meaning.unit:
        raise BadFileError(
            f"the file says {unit}, and the OBIS code of its register is of {meaning.quantity.replace('_', ' ')} "
            f"in {meaning.unit}",
            line=line,
            field=field,
            hint="correct the unit or the code; nothing was taken",
        )
    return meaning.unit


def _is_counted(medium: str, group: str, kind: str) -> bool:
    """Whether the value counts up: electricity has time integrals, other media have kind 0 and more of their own."""
    if medium == ELECTRICITY:
        return kind in COUNTED
    return kind not in NOT_COUNTED or (medium, group) == (GAS, "99")


def _refuse(name: str, message: str, line: int, field: str) -> NoReturn:
    raise BadFileError(
        f"OBIS code {name}: {message}", line=line, field=field, hint="leave this register out of the file"
    )
