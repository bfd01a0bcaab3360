"""An amount to agree: a year's use, even over the year, at the prices of the year that begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.money import round_cash
from cloud_service.domain.pricing.usage import Intervals, spread_evenly
from cloud_service.domain.rating.calculator import calculate
from cloud_service.domain.tariffs.charge_periods import versions_in
from cloud_service.domain.tariffs.tariff import Tariff
from common.errors import InputError
from common.period import Span, add_months

STEP_S = 900
MONTHS_OF_YEAR = 12
MEASURED = ("energy", "spot")  # kinds of price for what a register counted
WHOLE = Decimal(1)  # amounts are proposed without cents
OWN_AMOUNT = "agree an amount of your own"


@dataclass(frozen=True, slots=True)
class YearlyUse:
    """What is used in a year, in `unit`; `days` is how many days it was counted on, None where somebody stated it."""

    quantity: Decimal
    unit: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class AdvanceProposal:
    """The amount a period, and what it was reckoned from."""

    use: YearlyUse
    tariffs: tuple[str, ...]
    net: Decimal  # of the year
    tax: Decimal
    amount: Decimal  # a period, with taxes
    currency: str

    @property
    def total(self) -> Decimal:
        """What the year costs, with taxes."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class ProposedSupply:
    """Where the use is priced: the tariffs that price together, the zone, what they ask of the connection."""

    tariffs: Sequence[Tariff]
    timezone: str
    cycle_day: int
    values: Mapping[str, Decimal]


def propose(supply: ProposedSupply, use: YearlyUse, start: date, every_months: int) -> AdvanceProposal:
    """The proposal for the year from a day on; a price that an even use cannot say is refused."""
    if use.quantity <= 0:
        raise InputError("without any use there is nothing to propose", path="use", hint=OWN_AMOUNT)
    year = Span(start, add_months(start, MONTHS_OF_YEAR))
    load = {_register(supply.tariffs, year): _even(use.quantity, year, supply.timezone)}
    bills = [
        bill
        for tariff in supply.tariffs
        for bill in calculate(
            tariff, load, year, supply.timezone, cycle_day=supply.cycle_day, values=supply.values
        )
    ]  # fmt: skip
    net, tax = sum((bill.net for bill in bills), Decimal(0)), sum((bill.tax for bill in bills), Decimal(0))
    amount = round_cash((net + tax) * every_months / MONTHS_OF_YEAR, WHOLE)
    names = tuple(tariff.name for tariff in supply.tariffs)
    return AdvanceProposal(use, names, net, tax, amount, supply.tariffs[0].currency)


def _register(tariffs: Sequence[Tariff], year: Span) -> str:
    """The one register whose use is priced."""
    charges = [
        charge for tariff in tariffs for version in versions_in(tariff, year) for charge in version.document.charges
    ]
    names = {str(getattr(charge, "register", "")) for charge in charges if charge.kind in MEASURED} - {""}
    if len(names) != 1:
        raise InputError(
            f"a year's use cannot be shared between {', '.join(sorted(names)) or 'no prices for it'}",
            path="use", hint=OWN_AMOUNT,
        )  # fmt: skip
    return names.pop()


def _even(quantity: Decimal, year: Span, timezone: str) -> Intervals:
    """Steps of the same use, that sum to it to the thousandth."""
    whole = np.array([int(quantity.scaleb(3))], dtype=np.int64)
    return Intervals(spread_evenly(whole, grid(year.start, year.end, timezone, STEP_S).steps), STEP_S)
