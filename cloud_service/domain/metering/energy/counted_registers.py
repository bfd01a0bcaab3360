"""Registers at their places: which of a meter's registers are its energy, so that nothing is counted twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from cloud_service.domain.metering import register_discovery

TOTALS = (*register_discovery.BILLED, "import", "export", "total", "1.8.0", "2.8.0")
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)  # since when a meter hangs there that always did


@dataclass(frozen=True, slots=True)
class PlacedRegister:
    """A register of a meter while it hangs at a service point, with the multiplier of its mount."""

    mount_id: int
    register_id: int
    register: str
    quantity: str
    direction: str  # import or export
    unit: str
    kind: str
    step_s: int
    billed: bool
    parts: frozenset[int]  # registers that a virtual one is made of
    meter_id: int
    meter: str
    serial: str
    meter_public_id: str
    point_id: int
    point: str
    point_public_id: str
    utility: str
    site_id: int
    site: str
    site_public_id: str
    timezone: str
    mounted: datetime
    dismounted: datetime | None
    multiplier: Decimal

    @property
    def measure(self) -> "Measure":
        """What it measures."""
        return Measure(self.utility, self.unit, self.direction)


@dataclass(frozen=True, slots=True, order=True)
class Measure:
    """What may be added up: one utility in one unit and one direction."""

    utility: str
    unit: str
    direction: str


def counted_registers(registers: Iterable[PlacedRegister]) -> dict[int, list[PlacedRegister]]:
    """Mount -> registers whose sum is what its meter counts, in each unit and direction once.

    Bills count registers that are billed, and so do reports; of a meter whose registers are not billed, its totals.
    Beside a total that says the same, registers of its rates (day, night) are left out.
    """
    by_mount: dict[int, list[PlacedRegister]] = {}
    for register in registers:
        by_mount.setdefault(register.mount_id, []).append(register)
    return {mount: counted for mount, members in by_mount.items() if (counted := _counted(members))}


def _counted(members: list[PlacedRegister]) -> list[PlacedRegister]:
    billed = [member for member in members if member.billed]
    by_quantity: dict[tuple[str, Measure], list[PlacedRegister]] = {}
    for member in billed or members:
        by_quantity.setdefault((member.quantity, member.measure), []).append(member)
    counted: list[PlacedRegister] = []
    for same in by_quantity.values():
        totals = [member for member in same if member.register in TOTALS]
        counted += totals[:1] or (same if billed or len(same) == 1 else [])
    return counted
