"""What a register of a table counts: by its OBIS code where its name is one, else by its words and its unit."""

import re
from dataclasses import dataclass

from cloud_service.domain.metering.meterdata.obis import check_unit, obis_meaning
from cloud_service.domain.metering.meterdata.series import BadFileError, canonical_unit
from cloud_service.domain.metering.quantities import QUANTITIES

USUAL_UNIT = "kWh"  # of a meter that is made for a table without units; one that is there counts what it counts
DIRECTIONS = ("import", "export", "none")
UNIT_IN_NAME = re.compile(r"[\[(]\s*(k?wh|k?varh|k?vah|mwh|m3|m³)\s*[\])]\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a register counts: `unit` is empty where the file does not say it."""

    unit: str
    scale: int  # power of ten from the file's numbers to the unit
    quantity: str
    direction: str


def counted_by(register: str, unit: str, direction: str, *, line: int) -> Counted:
    """What the register counts; BadFileError where its name, its unit and its direction contradict each other."""
    in_name = UNIT_IN_NAME.search(register)
    name, scale = canonical_unit(unit or (in_name[1] if in_name else ""), line=line, field="unit")
    if in_name and canonical_unit(in_name[1], line=line, field="register")[0] != name:
        raise BadFileError(f"the unit is {unit}, and the register is called {register}", line=line, field="unit")
    if direction and direction not in DIRECTIONS:
        raise BadFileError(f"{direction!r} is not a direction", line=line, field="direction")
    is_volume = name == "m3" and ":" not in register  # 1.8.0 of a water meter is a name: only its medium would tell
    meaning = None if is_volume else obis_meaning(register, line=line, field="register")
    if meaning is None:
        flow = direction or ("export" if "export" in register.lower() else "import")
        return Counted(name, scale, QUANTITIES.get(name or USUAL_UNIT, "other"), flow)
    if direction in ("import", "export") and direction != meaning.direction:
        raise BadFileError(
            f"the direction is {direction}, and OBIS code {register} is of {meaning.direction}",
            line=line,
            field="direction",
        )
    counted_unit = check_unit(meaning, name, line=line, field="unit")
    return Counted(counted_unit, scale, meaning.quantity, meaning.direction)
