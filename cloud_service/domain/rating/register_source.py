"""What an invoice says of a register it was made from: enough to find it again and to prove it unchanged."""

from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType


class DaysRead(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Which validated days were read: ["2026-03-01", "2026-03-31", 31] in JSON."""

    first: date
    last: date
    count: int


class IndexRead(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One index that was read: its time and its value in thousandths of the unit."""

    at: datetime
    value: int


class BilledIndex(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the register showed when the billed days began or ended: read then, or reckoned."""

    at: datetime
    value: int  # thousandths of the unit
    estimated: bool = False


class RegisterSource(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A register and what was read of it: validated days with their sum and hash, or indexes."""

    register_id: int
    register: str = ""  # the engine's name: import, export, water ...
    name: str  # the register's own name: 1.8.0 ...
    meter: str  # serial, or name where there is none
    unit: str
    multiplier: Decimal  # of the mount: transformer ratio
    days: DaysRead | UnsetType = UNSET
    counted: int | UnsetType = UNSET  # on the days of this mount, thousandths of the unit, without the multiplier
    sha256: str | UnsetType = UNSET  # of the days' values as they are packed
    indexes: tuple[IndexRead, ...] | UnsetType = UNSET
    opened: BilledIndex | UnsetType = UNSET  # unset for registers without an index, and on old bills
    closed: BilledIndex | UnsetType = UNSET
    estimated: bool | UnsetType = UNSET  # true where something of it was not read but estimated
