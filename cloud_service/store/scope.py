"""Whose data a query may touch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data a query may touch: `None` means all, an empty set nothing."""

    entities: frozenset[int] | None = None
    clients: frozenset[int] | None = None
