"""From what a driver found to what it promises: exact register values in the order asked for, sums included; pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from common.profile import MeterProfile
from common.reading import THOUSANDTHS, VALUE_MAX, thousandths
from edge_agent.drivers.interface import RegisterValue


def with_parts(profile: MeterProfile, names: Iterable[str]) -> list[str]:
    """The names, each once, and the parts of sums before them."""
    found: dict[str, None] = {}
    for name in names:
        for part in profile.registers[name].sum:
            found[part.removeprefix("-")] = None
        found[name] = None
    return list(found)


def as_values(
    profile: MeterProfile,
    names: Sequence[str],
    found: Mapping[str, tuple[Decimal, bytes]],
    at_ms: int,
    *,
    meter_time: bool = False,
) -> list[RegisterValue]:
    """Values of one poll. A sum with a missing part and a number no meter can count to are left out."""
    values = []
    for name in names:
        register = profile.registers[name]
        parts = [(found.get(part.removeprefix("-")), part.startswith("-")) for part in register.sum or (name,)]
        known = [(-part[0] if minus else part[0], part[1]) for part, minus in parts if part is not None]
        value = sum((number for number, _ in known), Decimal(0))
        if len(known) < len(parts) or abs(value) * THOUSANDTHS > VALUE_MAX:
            continue
        values.append(
            RegisterValue(
                register=name,
                unit=register.unit.value,
                kind=register.kind.value,
                value=thousandths(value, name),
                at_ms=at_ms,
                raw=b"".join(raw for _, raw in known),
                profile_id=profile.id,
                profile_hash=profile.hash,
                meter_time=meter_time,
            )
        )
    return values
