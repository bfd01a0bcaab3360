"""Which Modbus requests fetch a set of registers, as few as the meter's limits allow; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from common.profile import MeterProfile, Register
from edge_agent.drivers.values import with_parts


@dataclass(frozen=True, slots=True)
class RegisterPlace:
    """Where one register lies in the answer, in bytes."""

    name: str
    register: Register
    start: int
    end: int
    scale_start: int | None = None

    def cut(self, answer: bytes) -> bytes:
        """Its bytes out of the answer, those of its scale factor behind them."""
        raw = answer[self.start : self.end]
        return raw if self.scale_start is None else raw + answer[self.scale_start : self.scale_start + 2]


@dataclass(frozen=True, slots=True)
class RegisterBlock:
    """One request."""

    function: int
    address: int
    count: int
    fields: tuple[RegisterPlace, ...]


@dataclass(slots=True)
class _OpenBlock:
    """A request that is still growing."""

    function: int
    start: int
    end: int
    members: list[tuple[str, Register]] = field(default_factory=list)


def plan(profile: MeterProfile, names: Sequence[str], *, base: int = 0) -> tuple[RegisterBlock, ...]:
    """The requests for the named registers and for those their sums are made of. `base` shifts all addresses."""
    registers = {name: profile.registers[name] for name in with_parts(profile, names)}
    places = [(name, register) for name, register in registers.items() if register.address is not None]
    places.sort(key=lambda item: (item[1].function or profile.read.function, *_extent(item[1])))
    done: list[_OpenBlock] = []
    for name, register in places:
        function = register.function or profile.read.function
        start, end = _extent(register)
        if done and _fits(done[-1], profile, function=function, start=start, end=end):
            done[-1].end = max(done[-1].end, end)
        else:
            done.append(_OpenBlock(function, start, end))
        done[-1].members.append((name, register))
    return tuple(_finished_block(block, base) for block in done)


def split(block: RegisterBlock) -> tuple[RegisterBlock, ...]:
    """The same registers, each in a request of its own."""
    parts = []
    for place in block.fields:
        starts = [place.start, *([place.scale_start] if place.scale_start is not None else [])]
        ends = [place.end, *([place.scale_start + 2] if place.scale_start is not None else [])]
        first, last = min(starts), max(ends)
        scale = None if place.scale_start is None else place.scale_start - first
        moved = RegisterPlace(place.name, place.register, place.start - first, place.end - first, scale)
        parts.append(RegisterBlock(block.function, block.address + first // 2, (last - first) // 2, (moved,)))
    return tuple(parts)


def _extent(register: Register) -> tuple[int, int]:
    """First register and the one after the last, the scale factor included: both must come from one answer."""
    start = register.address or 0
    end = start + register.words
    if register.scale_address is not None:
        return min(start, register.scale_address), max(end, register.scale_address + 1)
    return start, end


def _fits(block: _OpenBlock, profile: MeterProfile, *, function: int, start: int, end: int) -> bool:
    rules = profile.read
    return (
        function == block.function
        and start - block.end <= rules.hole_max
        and max(end, block.end) - block.start <= rules.words_max
        and not any(block.start < barrier < max(end, block.end) for barrier in rules.barriers)
    )


def _finished_block(block: _OpenBlock, base: int) -> RegisterBlock:
    fields = []
    for name, register in block.members:
        start = ((register.address or 0) - block.start) * 2
        scale = None if register.scale_address is None else (register.scale_address - block.start) * 2
        fields.append(RegisterPlace(name, register, start, start + register.words * 2, scale))
    return RegisterBlock(block.function, block.start + base, block.end - block.start, tuple(fields))
