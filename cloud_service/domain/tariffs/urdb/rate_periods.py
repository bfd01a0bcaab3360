"""The periods of a rate with their tiers, and the hours in which they apply, as both URDB shapes have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from cloud_service.domain.money import plain
from common.errors import InputError

MONTHS, HOURS = 12, 24
Matrix = list[list[int]]  # 12 months of 24 hours, each a period's number


class BoundUnit(NamedTuple):
    """What the bound of a tier is for."""

    per_kw: bool
    daily: bool


BOUND_UNITS = {
    "kwh": BoundUnit(per_kw=False, daily=False),
    "kwh daily": BoundUnit(per_kw=False, daily=True),
    "kwh/kw": BoundUnit(per_kw=True, daily=False),
    "kwh/kw daily": BoundUnit(per_kw=True, daily=True),
}


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of a period: price of a kWh or kW, bound, and what export earns in it, all in dollars."""

    price: Decimal
    up_to: Decimal | None  # None where it is open
    unit: BoundUnit
    sell: Decimal | None  # None where the record does not say
    path: str  # place in the record

    @property
    def bound(self) -> tuple[Decimal | None, BoundUnit]:
        """All that makes two bounds the same."""
        return self.up_to, self.unit


Tiers = Sequence[Tier]


@dataclass(frozen=True, slots=True)
class RatePeriods:
    """The periods of a rate that some hour has, renumbered, with the hours they have."""

    tiers: Sequence[Tiers]  # of each period
    weekday: Matrix
    weekend: Matrix
    numbers: Sequence[int]  # of the periods in the record, from 0

    @property
    def names(self) -> list[str]:
        """What charges of ours call the periods: by the number that people see, from 1."""
        return [f"period_{number + 1}" for number in self.numbers]

    def schedule(self) -> dict[str, Any]:
        """The schedule of our document, as JSON has it."""
        return {
            "periods": [{"name": name, "label": name.replace("_", " ")} for name in self.names],
            "weekday": self.weekday,
            "weekend": self.weekend,
        }

    def same_bounds_in_each_month(self) -> bool:
        """Whether in every month all its periods have the same bounds: then the month's total fills the blocks."""
        for weekday, weekend in zip(self.weekday, self.weekend, strict=True):
            bounds = {tuple(tier.bound for tier in self.tiers[index]) for index in {*weekday, *weekend}}
            if len(bounds) > 1:
                return False
        return True

    def check_tiers(self) -> None:
        """Refuse tiers that mix what their bounds are for, or whose last one is not open."""
        for tiers in self.tiers:
            _check_tiers(tiers, tiers[0].path.rsplit("[", 1)[0])


def periods_in_use(periods: Sequence[Tiers], weekday: Matrix, weekend: Matrix) -> RatePeriods:
    """The periods of a record without those that no hour has: their prices never apply."""
    present = sorted({number for row in (*weekday, *weekend) for number in row})
    renumbered = {number: index for index, number in enumerate(present)}

    def renumber(rows: Matrix) -> Matrix:
        return [[renumbered[number] for number in row] for row in rows]

    return RatePeriods([periods[number] for number in present], renumber(weekday), renumber(weekend), present)


def bound_unit(text: Any, path: str) -> BoundUnit:
    """What a tier's bound is for; a unit that is not known is refused."""
    unit = BOUND_UNITS.get(str(text or "kWh").lower())
    if unit is None:
        raise InputError(
            f"the unit {text!r} is not supported", path=path, hint=", ".join(BOUND_UNITS), code="unsupported"
        )
    return unit


def matrix(value: Any, periods: int, path: str) -> Matrix:
    """A schedule of 12 × 24 period numbers that exist."""
    if (
        not isinstance(value, list)
        or len(value) != MONTHS
        or any(not isinstance(row, list) or len(row) != HOURS for row in value)
    ):
        raise InputError("a schedule has 12 rows of 24 numbers", path=path)
    for month, row in enumerate(value):
        for hour, entry in enumerate(row):
            if not isinstance(entry, int) or isinstance(entry, bool) or not 0 <= entry < periods:
                raise InputError(f"there is no period {entry!r}", path=f"{path}[{month}][{hour}]")
    return [list(row) for row in value]


def _check_tiers(tiers: Tiers, path: str) -> None:
    if len({tier.unit for tier in tiers if tier.up_to is not None}) > 1:
        raise InputError("tiers whose bounds have different units are not supported", path=path, code="unsupported")
    for tier in tiers[:-1]:
        if tier.up_to is None:
            raise InputError("only the last tier may be open", path=tier.path)
    if tiers[-1].up_to is not None:
        raise InputError(
            f"the last tier ends at {plain(tiers[-1].up_to)}: what is above it has no price",
            path=f"{tiers[-1].path}.max",
            hint="leave its bound out if its price holds without end",
            code="unsupported",
        )


def blocks_of(tiers: Tiers, prices: Sequence[Decimal]) -> list[dict[str, Any]]:
    """Blocks of our document, as JSON has them: the bounds of the tiers at some prices."""
    blocks = []
    for tier, price in zip(tiers, prices, strict=True):
        block: dict[str, Any] = {"price": plain(price)}
        if tier.up_to is not None:
            block["up_to"] = plain(tier.up_to)
            if tier.unit.per_kw:
                block["per_kw"] = True
        blocks.append(block)
    return blocks
