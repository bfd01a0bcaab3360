"""What was counted in a span and how well it is known; a difference is told only between spans that are known whole."""

from dataclasses import dataclass
from decimal import Decimal

WHOLE = Decimal("0.99")  # the share of its time that must be known before a span is compared or balanced
THOUSANDTH = Decimal("0.001")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class SpanEnergy:
    """Energy, and the seconds of all its registers: how many are over, known, bridged, estimated, substituted.

    Bridged is what lies between two indexes that were read: its energy is measured, its course is not.

    `presence` says how many meters were there: two meters of which one came in the middle of the span are 1.5.
    """

    energy: Decimal = NOTHING
    expected_s: int = 0
    known_s: int = 0
    estimated_s: int = 0
    substituted_s: int = 0
    bridged_s: int = 0
    presence: Decimal = NOTHING

    def __add__(self, other: "SpanEnergy") -> "SpanEnergy":
        return SpanEnergy(
            self.energy + other.energy,
            self.expected_s + other.expected_s,
            self.known_s + other.known_s,
            self.estimated_s + other.estimated_s,
            self.substituted_s + other.substituted_s,
            self.bridged_s + other.bridged_s,
            self.presence + other.presence,
        )

    @property
    def missing_s(self) -> int:
        """Time that is over and of which nothing is known."""
        return max(self.expected_s - self.known_s, 0)

    @property
    def completeness(self) -> Decimal:
        """The share of the time that is over whose energy is known; 1 where none is over yet."""
        return self._share(min(self.known_s, self.expected_s)) if self.expected_s else Decimal(1)

    @property
    def estimated(self) -> Decimal:
        """The share of the known time that was estimated or substituted."""
        return self._share(self.estimated_s + self.substituted_s, self.known_s)

    @property
    def measured(self) -> Decimal:
        """The share of the time that is over which was measured, step by step or between two indexes."""
        return self._share(max(min(self.known_s, self.expected_s) - self.estimated_s - self.substituted_s, 0))

    @property
    def bridged(self) -> Decimal:
        """The share of the time that is over which lies between two indexes."""
        return self._share(self.bridged_s)

    @property
    def is_whole(self) -> bool:
        """Whether enough is known to tell a difference."""
        return bool(self.expected_s) and self.completeness >= WHOLE

    def _share(self, part_s: int, whole_s: int | None = None) -> Decimal:
        whole = self.expected_s if whole_s is None else whole_s
        return Decimal(part_s) / whole if whole else NOTHING


@dataclass(frozen=True, slots=True)
class Comparison:
    """Another span's energy and the difference to it; `percent` is None where it was nothing."""

    energy: Decimal
    difference: Decimal
    percent: Decimal | None


def compared(now: SpanEnergy, other: SpanEnergy) -> Comparison | None:
    """The comparison of two spans; None unless both are known whole and as many meters were there in both."""
    if not (now.is_whole and other.is_whole) or abs(now.presence - other.presence) > now.presence * (1 - WHOLE):
        return None
    difference = now.energy - other.energy
    percent = difference * 100 / other.energy if other.energy > 0 else None
    return Comparison(other.energy, difference, percent)
