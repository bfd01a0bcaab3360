"""What an invoice was made from, frozen with it as JSON: contracts, registers read, taxes, use of the last months."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.pricing.usage import NOTHING_BEFORE, History
from cloud_service.domain.rating.rated_contract import MonthlyUse, RatedContract, RatedContractFacts
from cloud_service.domain.rating.register_source import RegisterSource
from common.reading import Unit

ADVANCE = "advance"
TAKEN_UP = frozenset({"share", "difference", ADVANCE})  # charges of lines that waited: no rating of own days has them


class BilledContract(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A contract of an invoice: what `RatedContract` says of it, but its lines and taxes."""

    contract: RatedContractFacts
    start: date  # the first billed day
    end: date  # the day after the last
    energy: int  # thousandths of the import register's unit
    max_demand_kw: Decimal | None = None
    net: Decimal = Decimal(0)  # currency
    history: History = NOTHING_BEFORE  # what the next bill is given
    sources: tuple[RegisterSource, ...] = ()
    usage: tuple[MonthlyUse, ...] = ()
    counted: int | UnsetType = UNSET  # what was used, in thousandths of `unit`; unset on old bills
    unit: str | UnsetType = UNSET
    rated_at: datetime | UnsetType = UNSET


class TakenOver(msgspec.Struct, frozen=True, kw_only=True):
    """What earlier books say of a bill that was still open when ours took it over."""

    amount: Decimal  # of the bill as it was issued there
    paid: Decimal  # of it, before
    text: str = ""


class AdvanceFor(msgspec.Struct, frozen=True, kw_only=True):
    """Of a bill in advance: whose supply it is for, and whether it came before or after its period."""

    contract: int
    timing: str  # before, after
    number: str = ""  # of the contract
    point: str = ""
    grid_id: str | None = ""
    utility: str = ""


class SettledAdvance(msgspec.Struct, frozen=True, kw_only=True):
    """A bill in advance that another one takes off, and what was paid of it by then."""

    number: str
    day: date  # its bill date
    net: Decimal
    tax: Decimal
    paid: Decimal | UnsetType = UNSET

    @property
    def total(self) -> Decimal:
        """With its tax."""
        return self.net + self.tax


class InvoiceBasis(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an invoice or credit note was made from; what is unset is not of its kind."""

    contracts: tuple[BilledContract, ...] = ()
    taxes: tuple[TaxLine, ...] = ()  # of the whole invoice, each rounded once
    usage: tuple[MonthlyUse, ...] | UnsetType = UNSET  # kWh by month of all contracts together
    corrects: str | UnsetType = UNSET  # number of the invoice it takes back, or whose place it takes
    fee_for: tuple[int, ...] | UnsetType = UNSET  # late fee: ids of the invoices that were reminded of
    interest_on: int | UnsetType = UNSET  # interest: id of the overdue invoice
    interest_until: date | UnsetType = UNSET  # interest: the day after the last that bears it
    source: str | UnsetType = UNSET  # interest: where the base rate is published
    taken_over: TakenOver | UnsetType = UNSET  # a bill of the books before ours
    advance: AdvanceFor | UnsetType = UNSET  # a bill in advance
    advances: tuple[SettledAdvance, ...] | UnsetType = UNSET  # the bills in advance that it takes off


def billed_contract(rated: RatedContract) -> BilledContract:
    """What an invoice keeps of a rated contract."""
    return BilledContract(
        contract=rated.contract,
        start=rated.start,
        end=rated.end,
        energy=rated.energy,
        max_demand_kw=rated.max_demand_kw,
        net=rated.net,
        history=rated.history,
        sources=rated.sources,
        usage=rated.usage,
        counted=rated.counted,
        unit=rated.unit,
        rated_at=rated.rated_at,
    )


def use_by_month(contracts: Sequence[RatedContract]) -> tuple[MonthlyUse, ...]:
    """Energy by month of all contracts together, in order; what is counted in another unit is no part of it."""
    months: dict[date, int] = {}
    for contract in contracts:
        for use in contract.usage if contract.unit is UNSET or contract.unit == Unit.KWH else ():
            months[use.month] = months.get(use.month, 0) + use.energy
    return tuple(MonthlyUse(month, months[month]) for month in sorted(months))
