"""From what a driver found to what it promises: exact register values in the order asked for, sums included; pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from common.profile import MeterProfile
from common.reading import THOUSANDTHS, VALUE_MAX, Quality, thousandths
from edge_agent.drivers.interface import RegisterValue

VALUE_LIMIT = Decimal(VALUE_MAX) / THOUSANDTHS
EXPONENT_MAX = 100


class ExactValue(NamedTuple):
    """One register as a codec finds it: the exact value in the register's unit, and the bytes it was read from."""

    value: Decimal
    raw: bytes


def is_possible(value: Decimal) -> bool:
    """Whether a number from a text can be reckoned with: finite, and no `1e999999999` that overflows all arithmetic."""
    return value.is_finite() and abs(value.adjusted()) <= EXPONENT_MAX


def with_parts(profile: MeterProfile, names: Iterable[str]) -> list[str]:
    """The names, each once, and the parts of sums before them."""
    ordered: dict[str, None] = {}
    for name in names:
        for addend in profile.registers[name].sum:
            ordered[addend.removeprefix("-")] = None
        ordered[name] = None
    return list(ordered)


def as_values(
    profile: MeterProfile,
    names: Sequence[str],
    by_register: Mapping[str, ExactValue],
    at_ms: int,
    *,
    meter_time: bool = False,
) -> list[RegisterValue]:
    """Values of one poll. A sum with a missing part and a number no meter can count to are left out."""
    values = []
    for name in names:
        register = profile.registers[name]
        exact = _sum(register.sum, by_register) if register.sum else by_register.get(name)
        if exact is None or abs(exact.value) > VALUE_LIMIT:
            continue
        values.append(
            RegisterValue(
                name,
                register.unit.value,
                register.kind.value,
                thousandths(exact.value, name),
                at_ms,
                exact.raw,
                profile.id,
                profile.hash,
                Quality.ACTUAL,
                meter_time,
            )
        )
    return values


def _sum(addends: Sequence[str], by_register: Mapping[str, ExactValue]) -> ExactValue | None:
    """The sum of other registers of the same poll, and the bytes of all of them; None if one is missing."""
    total, raw = Decimal(0), b""
    for addend in addends:
        exact = by_register.get(addend.removeprefix("-"))
        if exact is None:
            return None
        total += -exact.value if addend.startswith("-") else exact.value
        raw += exact.raw
    return ExactValue(total, raw)


def decimal_text(value: Decimal) -> str:
    """Digits without exponent and without zeros that say nothing."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
