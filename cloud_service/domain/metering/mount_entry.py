"""Which index a person may write down when a meter comes or goes: one that its register can have shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from cloud_service.domain.metering.vee.plausible import can_follow
from cloud_service.domain.metering.vee.series import BelievedReading, RegisterRules
from cloud_service.domain.money import plain
from common.errors import InputError
from common.period import zone
from common.reading import Kind, Quality, as_decimal

MULTIPLIER_PLACES = 4  # decimals that are kept; a finer one would be rounded without a word


@dataclass(frozen=True, slots=True)
class EnteredRegister:
    """A register of the meter that comes or goes, and the readings next to that moment."""

    name: str
    rules: RegisterRules
    before: BelievedReading | None = None
    after: BelievedReading | None = None


def check_multiplier(multiplier: Decimal) -> None:
    """Refuse a multiplier that no pair of transformers has, or that cannot be kept as it is."""
    if multiplier <= 0 or multiplier != round(multiplier, MULTIPLIER_PLACES):
        raise InputError(
            f"{multiplier} is no multiplier", path="multiplier",
            hint=f"CT × VT of the mount: above 0, with {MULTIPLIER_PLACES} decimals at most",
        )  # fmt: skip


def since_opening(
    registers: Sequence[EnteredRegister], opening: Mapping[str, int], mounted: datetime
) -> list[EnteredRegister]:
    """The registers of a meter that goes: those without a reading had their first index before."""
    return [
        replace(register, before=_entered(opening[register.name], mounted))
        if register.before is None and register.name in opening
        else register
        for register in registers
    ]


def check_closing(registers: Sequence[EnteredRegister], closing: Mapping[str, int], at: datetime) -> None:
    """Refuse final indexes (thousandths by register name) that cannot follow the last reading."""
    for register in _known(registers, closing, "closing"):
        index = _entered(closing[register.name], at)
        if register.before and not can_follow(register.rules, register.before, index):
            raise InputError(
                f"the final index {_said(register, index)} does not follow {_reading(register, register.before)}",
                path=f"closing.{register.name}", code="odd_index",
                hint="read the meter again, or correct that reading: `energy-cloud readings enter`",
            )  # fmt: skip


def check_opening(registers: Sequence[EnteredRegister], opening: Mapping[str, int], at: datetime) -> None:
    """Refuse first indexes (thousandths by register name) that the readings after them belie.

    The registers of a gateway's meter come with its first message: one that has none yet is believed.
    """
    for register in _known(registers, opening, "opening") if registers else ():
        index = _entered(opening[register.name], at)
        if register.after and not can_follow(register.rules, index, register.after):
            raise InputError(
                f"the first index {_said(register, index)} does not lead to {_reading(register, register.after)}",
                path=f"opening.{register.name}", code="odd_index",
                hint="read the meter again, or correct that reading: `energy-cloud readings enter`",
            )  # fmt: skip


def _known(registers: Sequence[EnteredRegister], indexes: Mapping[str, int], path: str) -> list[EnteredRegister]:
    """The registers that the indexes are of; one that is not there, or that shows no index, is refused."""
    counters = {register.name: register for register in registers if register.rules.kind == Kind.INDEX}
    unknown = [name for name in indexes if name not in counters]
    if unknown:
        raise InputError(
            f"the meter has no register {unknown[0]} that shows an index", path=f"{path}.{unknown[0]}",
            code="unknown_register",
            hint=f"it has: {', '.join(sorted(counters)) or 'none'}",
        )  # fmt: skip
    if negative := [name for name, index in indexes.items() if index < 0]:
        raise InputError(f"the index of register {negative[0]} is below 0", path=f"{path}.{negative[0]}")
    return [counters[name] for name in indexes]


def _entered(index: int, at: datetime) -> BelievedReading:
    return BelievedReading(int(at.timestamp() * 1000), index, Quality.ACTUAL)


def _said(register: EnteredRegister, index: BelievedReading) -> str:
    return f"{plain(as_decimal(index.value))} {register.rules.unit} of register {register.name}"


def _reading(register: EnteredRegister, reading: BelievedReading) -> str:
    wall = datetime.fromtimestamp(reading.at_ms / 1000, UTC).astimezone(zone(register.rules.zone))
    return f"the reading {plain(as_decimal(reading.value))} of {wall.isoformat(timespec='minutes')}"
