"""Registers, conversions and schedules that a charge may refer to."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import msgspec

from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.calendar.validity import Dated, apart, check_dated
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.conversion import Converted
from common.errors import InputError

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


class ReferencedCharge(Dated, Protocol):
    """Another charge of the document, as far as charges know of each other."""

    @property
    def id(self) -> str:
        """Its name in the document, empty where it has none of its own."""
        ...

    @property
    def kind(self) -> str:
        """Its kind, a key of `CHARGES`."""
        ...

    @property
    def name(self) -> str:
        """Its id, or its kind where it has none."""
        ...


def meant(
    names: Collection[str], among: Sequence[ReferencedCharge], charges: Sequence[ReferencedCharge]
) -> list[ReferencedCharge]:
    """The charges that some names mean, of all of a document: a charge's own name goes before a kind."""
    own_names = {charge.name for charge in charges}
    return [
        charge
        for charge in among
        if "*" in names or charge.name in names or (charge.kind in names and charge.kind not in own_names)
    ]


@dataclass(frozen=True, slots=True)
class TariffReferences:
    """What a charge may refer to while its document is checked, each by its name there."""

    schedules: Mapping[str, Schedule]
    registers: Mapping[str, RegisterInfo]
    conversions: Mapping[str, Converted]
    charges: Sequence[ReferencedCharge]  # all of the document, in its order

    @property
    def charge_names(self) -> frozenset[str]:
        """What the charges are called: the names that mean one of them and not all of a kind."""
        return frozenset(charge.name for charge in self.charges)

    def unit_of(self, register: str, path: str) -> tuple[str, str]:
        """Unit and utility of a register or converted quantity."""
        if register in self.conversions:
            conversion = self.conversions[register]
            return conversion.unit, self.unit_of(conversion.register, path)[1]
        if register in self.registers:
            return self.registers[register].unit, self.registers[register].utility
        for name, unit_and_utility in UNITS.items():
            if register == name or register.startswith(f"{name}_"):
                return unit_and_utility
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

    def refuse_converted(self, register: str, purpose: str, path: str) -> None:
        """Refuse a converted quantity where the register's own steps are needed: they are in another unit."""
        if register in self.conversions:
            raise InputError(
                f"{purpose} cannot be made of the converted quantity {register!r}",
                path=f"{path}.register",
                hint=f"use its register, {self.conversions[register].register!r}",
            )

    def check_demand(self, name: str, path: str) -> None:
        """Refuse a demand to follow that is not that of one demand charge on each day: which of several is a guess."""
        demands = [charge for charge in self.charges if charge.kind == "demand" and charge.name == name]
        if not demands:
            raise InputError(f"there is no demand charge {name!r}", path=f"{path}.demand")
        if any(not apart(charge, other) for charge, other in itertools.combinations(demands, 2)):
            raise InputError(
                f"several demand charges are named {name!r}", path=f"{path}.demand", hint="give each an id of its own"
            )

    def check_periods(self, schedule_name: str, periods: Collection[str], field: str, path: str) -> None:
        """Refuse prices of periods that the schedule does not have, and periods without a price."""
        schedule = self.schedule(schedule_name, path)[1]
        for name in periods:
            if name not in schedule.names:
                raise InputError(
                    f"the schedule has no period {name!r}",
                    path=f"{path}.{field}.{name}",
                    hint=", ".join(schedule.names),
                )
        for name in schedule.names:
            if name not in periods:
                raise InputError(
                    f"period {name!r} has no price", path=f"{path}.{field}", hint="write a price of 0 if it is free"
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
            fault = "below 0" if zero else "not above 0"
            raise InputError(f"{plain(number)} is {fault}", path=f"{path}.{name}")
