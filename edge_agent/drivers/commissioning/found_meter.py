"""What a search on a line finds."""

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""


@dataclass(frozen=True, slots=True)
class FoundMeter:
    """A meter that answered. `profiles` fit for certain, `possible` are not contradicted by what it says."""

    address: str
    protocol: str
    setting: str = ""
    profiles: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    serial: str = ""
    note: str = ""
