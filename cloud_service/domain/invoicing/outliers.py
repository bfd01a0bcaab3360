"""How a rated contract compares with its last bills: what looks odd is shown before anything is issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

FAR = Decimal(2)  # twice or half of the usual amount a day
SMALL = Decimal(5)  # less than this a month is not worth a look
MONTH_DAYS = 30
NINTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Outlier:
    """A contract to look at; amounts a day, net, in its currency."""

    contract: str
    currency: str
    a_day: Decimal
    usual: Decimal | None
    times: Decimal | None
    why: str


def outlier(
    contract: str, rated: Mapping[str, Any], days: Decimal, usual: tuple[Decimal, Decimal] | None
) -> Outlier | None:
    """The contract if its amount is odd, else None. `usual` is (net, Wh) a day of the bills before."""
    net = Decimal(rated["net"])
    a_day = net / days
    if net < 0:
        return _flag(contract, rated, a_day, usual, "the amount is negative")
    if usual is None:
        return None
    if rated["energy"] == 0 and usual[1] > 0:
        return _flag(contract, rated, a_day, usual, "no use at all, unlike before")
    if abs(a_day - usual[0]) * MONTH_DAYS < SMALL or usual[0] <= 0:
        return None
    times = a_day / usual[0]
    if times >= FAR:
        return _flag(contract, rated, a_day, usual, f"{times:.1f} times the usual amount a day")
    if times * FAR <= 1:
        return _flag(contract, rated, a_day, usual, f"only {times:.2f} of the usual amount a day")
    return None


def _flag(
    contract: str, rated: Mapping[str, Any], a_day: Decimal, usual: tuple[Decimal, Decimal] | None, why: str
) -> Outlier:
    known = usual[0].quantize(NINTH) if usual else None
    times = (a_day / usual[0]).quantize(NINTH) if usual and usual[0] else None
    return Outlier(contract, str(rated["currency"]), a_day.quantize(NINTH), known, times, why)
