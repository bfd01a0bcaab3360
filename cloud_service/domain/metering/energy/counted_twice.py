"""What a sum leaves out because other registers in it count the same energy: main meters, virtual registers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cloud_service.domain.metering.energy.feeding import Place, feeders_among
from cloud_service.domain.metering.energy.grouping import Placement


@dataclass(frozen=True, slots=True)
class CountedTwice:
    """Places with the direction in which they feed others, and virtual registers made of others."""

    places: frozenset[tuple[Place, str]] = frozenset()
    registers: frozenset[int] = frozenset()

    def has(self, placement: Placement) -> bool:
        """Whether a sum leaves the placement out."""
        register = placement.window.register
        return (placement.place, register.direction) in self.places or register.register_id in self.registers


def counted_twice(placements: Iterable[Placement], feeding: Mapping[Place, Place]) -> CountedTwice:
    """What is counted twice among some placements; each direction by itself: a roof that gives is no sub-meter."""
    by_direction: dict[str, set[Place]] = {}
    registers = {}
    for placement in placements:
        register = placement.window.register
        by_direction.setdefault(register.direction, set()).add(placement.place)
        registers[register.register_id] = register.parts
    return CountedTwice(
        frozenset(
            (place, direction) for direction, places in by_direction.items() for place in feeders_among(places, feeding)
        ),
        frozenset(register for register, parts in registers.items() if not parts.isdisjoint(registers)),
    )
