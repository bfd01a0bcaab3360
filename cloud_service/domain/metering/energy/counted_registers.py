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
    first_known: datetime | None = None  # from when on something of it is known; None where it was never read

    @property
    def counts_from(self) -> datetime:
        """When it begins to count there: with its first reading, for nothing is missing of it before."""
        return max(self.mounted, self.first_known or self.mounted)

    @property
    def is_expected(self) -> bool:
        """Whether it is looked for: it was read, or bills wait for what it takes."""
        return self.first_known is not None or (self.billed and self.direction == "import")

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
    Beside a total that says the same, registers of its rates (day, night) are left out, and so are those that
    were never read and that no bill waits for.
    """
    by_mount: dict[int, list[PlacedRegister]] = {}
    for register in registers:
        if register.is_expected:
            by_mount.setdefault(register.mount_id, []).append(register)
    return {mount: counted for mount, members in by_mount.items() if (counted := _counted(members))}


def _counted(members: list[PlacedRegister]) -> list[PlacedRegister]:
    billed = [member for member in members if member.billed]
    by_quantity: dict[tuple[str, Measure], list[PlacedRegister]] = {}
    for member in billed or members:
        by_quantity.setdefault((member.quantity, member.measure), []).append(member)
    counted: list[PlacedRegister] = []
    for measured in by_quantity.values():
        same = [member for member in measured if member.first_known] or measured
        totals = [member for member in same if member.register in TOTALS]
        counted += totals[:1] or (same if billed or len(same) == 1 else [])
    return counted
