"""Which service points feed others: a main meter's energy is counted by the meters below it once more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from cloud_service.domain.metering.energy.figures import SpanEnergy

LOSSES_MAX = Decimal(8)  # percent of what the main meter counted, above which somebody should look
SURPLUS_MAX = Decimal(1)  # percent by which sub-meters may count more than their main meter

Place = tuple[int, str, str]  # service point, utility, unit


def feeders(places: Iterable[Place], parents: Mapping[int, int]) -> dict[Place, Place]:
    """Metered place -> the nearest metered place above it that measures the same."""
    metered = set(places)
    feeding: dict[Place, Place] = {}
    for place in metered:
        point, utility, unit = place
        above = parents.get(point)
        while above is not None and (above, utility, unit) not in metered:
            above = parents.get(above)
        if above is not None:
            feeding[place] = (above, utility, unit)
    return feeding


def feeders_among(places: Iterable[Place], feeding: Mapping[Place, Place]) -> set[Place]:
    """Those of some places that feed others of them: what they count, the others count once more."""
    members = set(places)
    feeding_members: set[Place] = set()
    for place in members:
        above = feeding.get(place)
        while above is not None:
            if above in members:
                feeding_members.add(above)
            above = feeding.get(above)
    return feeding_members


@dataclass(frozen=True, slots=True)
class NetEnergy:
    """What came in at a place less what went out, and how well it is known."""

    taken: SpanEnergy = field(default_factory=SpanEnergy)
    given: SpanEnergy = field(default_factory=SpanEnergy)

    @property
    def energy(self) -> Decimal:
        """Taken less given."""
        return self.taken.energy - self.given.energy

    @property
    def is_whole(self) -> bool:
        """Whether all of it is known."""
        return all(side.is_whole for side in (self.taken, self.given) if side.expected_s)


@dataclass(frozen=True, slots=True)
class Balance:
    """What main meters counted against the meters below them; not `whole` where some of it is not known."""

    supplied: Decimal
    used: Decimal
    whole: bool

    @property
    def losses(self) -> Decimal:
        """Main less the sum of the meters below."""
        return self.supplied - self.used

    @property
    def percent(self) -> Decimal | None:
        """The losses' share of what the main meters counted."""
        return self.losses * 100 / self.supplied if self.supplied > 0 else None

    @property
    def is_odd(self) -> bool:
        """Whether somebody should look: more is lost than is usual, or less than nothing."""
        if not self.whole:
            return False
        return self.losses > 0 if self.percent is None else not -SURPLUS_MAX <= self.percent <= LOSSES_MAX


def balances(nets: Mapping[Place, NetEnergy], feeding: Mapping[Place, Place]) -> dict[Place, Balance]:
    """The balance of each main meter with the meters right below it."""
    below: dict[Place, list[Place]] = {}
    for place, above in feeding.items():
        below.setdefault(above, []).append(place)
    return {main: _balance(nets[main], [nets[place] for place in places]) for main, places in below.items()}


def _balance(main: NetEnergy, subs: list[NetEnergy]) -> Balance:
    """Whole where all meters were there as long as the main one and are known."""
    whole = main.is_whole and all(sub.is_whole and _as_long(sub, main) for sub in subs)
    return Balance(main.energy, sum((sub.energy for sub in subs), Decimal(0)), whole)


def _as_long(sub: NetEnergy, main: NetEnergy) -> bool:
    longest = max(main.taken.presence, main.given.presence)
    return all(abs(side.presence - longest) <= longest / 100 for side in (sub.taken, sub.given) if side.expected_s)


def balance_of_all(each: Mapping[Place, Balance], feeding: Mapping[Place, Place]) -> Balance | None:
    """One balance of several main meters: what those on top counted, and the losses below all of them."""
    if not each:
        return None
    supplied = sum((balance.supplied for place, balance in each.items() if feeding.get(place) not in each), Decimal(0))
    losses = sum((balance.losses for balance in each.values()), Decimal(0))
    return Balance(supplied, supplied - losses, all(balance.whole for balance in each.values()))
