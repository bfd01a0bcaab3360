"""How a rated contract compares with its last bills: what looks odd is shown before anything is issued."""

from dataclasses import dataclass
from decimal import Decimal

from cloud_service.domain.rating.rated_contract import RatedContract

MONTH_DAYS = 30
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class OutlierLimits:
    """From where on an amount is far from before: so many times it, or so small a part; small changes never are."""

    times: Decimal = Decimal(2)
    small: Decimal = Decimal(5)  # a month, in the currency of the bill


@dataclass(frozen=True, slots=True)
class Outlier:
    """A contract to look at; amounts a day, net, in its currency."""

    contract: str
    currency: str
    a_day: Decimal
    usual: Decimal | None
    times: Decimal | None
    why: str


@dataclass(frozen=True, slots=True)
class UsualDay:
    """What the bills before came to, a day."""

    net: Decimal  # currency
    energy: Decimal  # Wh


def outlier(
    rated: RatedContract, days: Decimal, usual: UsualDay | None, limits: OutlierLimits | None = None
) -> Outlier | None:
    """The contract if its amount is odd, else None. `usual` is of the bills before."""
    limits = limits or OutlierLimits()
    net_a_day = rated.net / days
    if rated.net < 0:
        return _flag(rated, net_a_day, usual, "the amount is negative")
    if usual is None:
        return None
    if rated.energy == 0 and usual.energy > 0:
        return _flag(rated, net_a_day, usual, "no use at all, unlike before")
    if abs(net_a_day - usual.net) * MONTH_DAYS < limits.small or usual.net <= 0:
        return None
    times = net_a_day / usual.net
    if times >= limits.times:
        return _flag(rated, net_a_day, usual, f"{times:.1f} times the usual amount a day")
    if times * limits.times <= 1:
        return _flag(rated, net_a_day, usual, f"only {times:.2f} of the usual amount a day")
    return None


def _flag(rated: RatedContract, net_a_day: Decimal, usual: UsualDay | None, why: str) -> Outlier:
    return Outlier(
        contract=rated.contract.number,
        currency=rated.currency,
        a_day=net_a_day.quantize(THOUSANDTH),
        usual=usual.net.quantize(THOUSANDTH) if usual else None,
        times=(net_a_day / usual.net).quantize(THOUSANDTH) if usual and usual.net else None,
        why=why,
    )
