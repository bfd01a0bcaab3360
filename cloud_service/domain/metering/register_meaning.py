"""What a register counts where nobody says it: by its OBIS code, by the words of its name, by its unit."""

from dataclasses import dataclass

from cloud_service.domain.metering.meterdata.obis import ObisMeaning, obis_meaning
from cloud_service.domain.metering.meterdata.series import BadFileError
from cloud_service.domain.metering.quantities import QUANTITIES


@dataclass(frozen=True, slots=True)
class RegisterMeaning:
    """Quantity, and which way it flows as the client sees it."""

    quantity: str
    direction: str


def register_meaning(name: str, unit: str, quantity: str = "", direction: str = "") -> RegisterMeaning:
    """What is said of it, and what its code, its name and its unit say of the rest."""
    obis = _obis(name, unit)
    usual = "export" if "export" in name.lower() else "import"
    return RegisterMeaning(
        quantity or QUANTITIES.get(unit, "active_energy"), direction or (obis.direction if obis else usual)
    )


def _obis(name: str, unit: str) -> ObisMeaning | None:
    """The meaning of a code that is one of that unit."""
    try:
        meaning = obis_meaning(name, line=0, field="register")
    except BadFileError:
        return None
    return meaning if meaning and meaning.unit == unit else None
