"""What a register is, judged by what its gateway says: for registers that nobody has declared before readings come."""

from dataclasses import dataclass

from cloud_service.domain.metering.quantities import QUANTITIES
from common.message import Channel
from common.reading import Kind

BILLED = ("energy_import_total", "energy_export_total", "volume_total", "heat_total")
FLOWING = ("active_energy", "reactive_energy", "apparent_energy", "volume")


@dataclass(frozen=True, slots=True)
class DiscoveredRegister:
    """The columns of a register row."""

    quantity: str
    direction: str
    kind: str
    billed: bool


def discover(channel: Channel) -> DiscoveredRegister:
    """Quantity by unit, direction by name; only the totals of a meter are billed unless a person says otherwise."""
    kind = channel.kind if channel.kind in tuple(Kind) else Kind.INSTANT.value
    quantity = QUANTITIES.get(channel.unit, "other")
    direction = "none"
    if quantity in FLOWING:
        direction = "export" if "export" in channel.register else "import"
    return DiscoveredRegister(quantity, direction, kind, billed=channel.register in BILLED and kind == Kind.INDEX)
