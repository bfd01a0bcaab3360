"""Registers, conversions and schedules that a charge may refer to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.calendar.validity import check_dated
from cloud_service.domain.money import plain
from common.errors import InputError

if TYPE_CHECKING:
    from cloud_service.domain.pricing.charge import Charge

UNITS = {  # of well-known registers; a tariff may name others in `registers`
    "import": ("kWh", "electricity"),
    "export": ("kWh", "electricity"),
    "net_import": ("kWh", "electricity"),
    "net_export": ("kWh", "electricity"),
    "generation": ("kWh", "electricity"),
    "reactive_import": ("kvarh", "electricity"),
    "reactive_export": ("kvarh", "electricity"),
    "apparent": ("kVAh", "electricity"),
    "water": ("m3", "water"),
    "sewer": ("m3", "sewer"),
    "gas": ("m3", "gas"),
    "heat": ("kWh", "heat"),
    "cooling": ("kWh", "cooling"),
}


class RegisterInfo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A register that is not one of the well-known ones."""

    unit: str
    utility: str = "electricity"


class Conversion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gas volume to energy, for some days: m³ × correction × calorific value / divisor."""

    start: Annotated[date | None, Meta(description="First day")] = msgspec.field(name="from", default=None)
    until: date | None = None
    correction: Annotated[Decimal, Meta(description="Volume correction (temperature, pressure, altitude)")] = Decimal(1)
    calorific_value: Annotated[Decimal, Meta(description="Energy of a m³, in MJ or as the divisor says")]
    divisor: Annotated[Decimal, Meta(description="3.6 turns MJ into kWh; 1 where the value is kWh per m³")] = Decimal(
        "3.6"
    )


class Converted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A quantity made from a register: its unit and the dated factors."""

    register: str
    unit: str = "kWh"
    factors: Annotated[tuple[Conversion, ...], Meta(min_length=1)]
    decimals: Annotated[
        Annotated[int, Meta(ge=0, le=9)] | None,
        Meta(description="Round the energy to so many decimals; none keeps nine"),
    ] = None


@dataclass(frozen=True, slots=True)
class TariffReferences:
    """What a charge may refer to while its document is checked."""

    schedules: Mapping[str, Schedule]
    registers: Mapping[str, RegisterInfo]
    conversions: Mapping[str, Converted]
    charges: Sequence["Charge"]

    def unit_of(self, register: str, path: str) -> tuple[str, str]:
        """Unit and utility of a register or converted quantity."""
        if register in self.conversions:
            conversion = self.conversions[register]
            return conversion.unit, self.unit_of(conversion.register, path)[1]
        if register in self.registers:
            return self.registers[register].unit, self.registers[register].utility
        for name, facts in UNITS.items():
            if register == name or register.startswith(f"{name}_"):
                return facts
        raise InputError(
            f"the unit of register {register!r} is not known", path=f"{path}.register", hint="name it under `registers`"
        )

    def check_power(self, register: str, unit: str, path: str) -> None:
        """Refuse a demand whose unit is not what the register counts in an hour (or, for a maximum register, shows)."""
        counted = self.unit_of(register, path)[0]
        if counted not in (unit, f"{unit}h", f"{unit}·h") and unit != f"{counted}/h":
            raise InputError(
                f"a demand in {unit} cannot be made of register {register!r}, which counts {counted}",
                path=f"{path}.unit",
                hint=f"{counted[:-1] if counted.endswith('h') else counted + '/h'}",
            )

    def check_reactive(self, reactive: str, active: str, path: str, field: str) -> None:
        """Refuse reactive energy in a unit that the active energy does not have: kvarh stand beside kWh."""
        unit, counted = self.unit_of(reactive, path)[0], self.unit_of(active, path)[0]
        if unit.replace("var", "W") != counted or unit == counted:
            raise InputError(
                f"register {reactive!r} counts {unit}, which is no reactive energy beside {counted}",
                path=f"{path}.{field}",
            )

    def refuse_converted(self, register: str, what: str, path: str) -> None:
        """Refuse a converted quantity where the register's own steps are needed: they are in another unit."""
        if register in self.conversions:
            raise InputError(
                f"{what} cannot be made of the converted quantity {register!r}",
                path=f"{path}.register",
                hint=f"use its register, {self.conversions[register].register!r}",
            )

    def schedule(self, name: str, path: str) -> tuple[str, Schedule]:
        """The schedule of that name; without a name the only one."""
        if not name and len(self.schedules) == 1:
            return next(iter(self.schedules.items()))
        if name not in self.schedules:
            raise InputError(
                f"there is no schedule {name!r}", path=f"{path}.schedule", hint="name it under `schedules`"
            )
        return name, self.schedules[name]


def check_conversions(references: TariffReferences) -> None:
    """Refuse converted quantities that are made of each other, of nothing, or by two factors on one day."""
    for name, conversion in references.conversions.items():
        path = f"quantities.{name}"
        if conversion.register in references.conversions:
            raise InputError(
                f"{name!r} is made of another converted quantity",
                path=f"{path}.register",
                hint="name a meter's register",
            )
        references.unit_of(conversion.register, path)
        check_dated(conversion.factors, f"{path}.factors")
        for index, factor in enumerate(conversion.factors):
            check_positive(
                f"{path}.factors[{index}]",
                zero=False,
                correction=factor.correction,
                calorific_value=factor.calorific_value,
                divisor=factor.divisor,
            )


def check_positive(path: str, *, zero: bool = True, **numbers: Decimal | None) -> None:
    """Refuse numbers below zero (or zero, where that makes no sense)."""
    for name, number in numbers.items():
        if number is not None and (number < 0 or (number == 0 and not zero)):
            what = "below 0" if zero else "not above 0"
            raise InputError(f"{plain(number)} is {what}", path=f"{path}.{name}")
