"""The unit in which a tariff prices each register: a price of a m³ is none of a kWh."""

from collections.abc import Iterable, Mapping, Sequence

from cloud_service.domain.rating.register_source import RegisterSource
from cloud_service.domain.tariffs.tariff import Version
from cloud_service.domain.tariffs.unpriced import priced_registers
from common.errors import EnergyError, InputError

SPELLINGS = {"m³": "m3", "ft³": "ft3", "m³/h": "m3/h"}


def priced_units(versions: Sequence[Version]) -> dict[str, str]:
    """Register -> the unit that its prices are of; registers that only a quantity is made of are in it too."""
    names = priced_registers(versions)
    units: dict[str, str] = {}
    for version in versions:
        for name in names - set(version.references.conversions):
            try:
                unit = version.references.unit_of(name, "charges")[0]
            except EnergyError:
                continue  # of another version
            units[name] = SPELLINGS.get(unit, unit)
    return units


def check_units(units: Mapping[str, str], sources: Iterable[RegisterSource]) -> None:
    """Refuse a register that counts something else than what is priced: the amount would be of another quantity."""
    for source in sources:
        unit = units.get(source.register, source.unit)
        if unit != source.unit:
            raise InputError(
                f"register {source.name!r} of meter {source.meter} counts {source.unit}, and the tariff prices {unit}",
                path="charges",
                hint=f'say it in the tariff: registers = {{ {source.register} = {{ unit = "{source.unit}" }} }}',
                code="other_unit",
            )
