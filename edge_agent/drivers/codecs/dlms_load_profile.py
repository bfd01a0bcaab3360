"""Rows of a DLMS load profile (class Profile Generic, IEC 62056-6-2) by the columns the meter names; pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.errors import DecodeError
from edge_agent.drivers.codecs.dlms_apdu import DAMAGED, as_instant

CLOCK = 8  # interface class of the column that dates a row


@dataclass(frozen=True, slots=True)
class LoadProfileRow:
    """One row of a load profile: when, the meter's status, and the other columns by their logical names."""

    at: datetime | None
    status: int | None
    values: dict[str, Any]


def load_profile_row(row: Any, columns: Any) -> LoadProfileRow:
    """A row as A-XDR gives it, by its columns: clock, status (a Data object 96.10.x), values as the meter stores them.

    DecodeError where row and columns do not fit each other.
    """
    if not isinstance(row, list) or not isinstance(columns, list) or len(row) != len(columns):
        raise DecodeError("a row does not fit the columns", hint=DAMAGED)
    at, status, values = None, None, {}
    for value, column in zip(row, columns, strict=True):
        if not isinstance(column, list) or len(column) < 3 or not isinstance(column[1], bytes) or len(column[1]) != 6:
            raise DecodeError("the columns have another shape", hint=DAMAGED)
        name = column[1]
        if column[0] == CLOCK:
            at = as_instant(value) if isinstance(value, bytes) else None
        elif name[2:4] == b"\x60\x0a":
            status = int.from_bytes(value, "big") if isinstance(value, bytes) else value
        else:
            values[f"{name[0]}-{name[1]}:{name[2]}.{name[3]}.{name[4]}*{name[5]}"] = value
    return LoadProfileRow(at, status, values)
