"""What rating gives for one contract: lines, taxes, sums, and what it was made from. Billing runs keep it as JSON."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from cloud_service.domain.money import plain
from cloud_service.domain.pricing.priced_lines import PricedLine, RatingResult, TaxLine
from cloud_service.domain.pricing.rated_line import (
    OUTSIDE_VAT,
    RatedLine,
    VatRate,
    rated_line,
    shortest,
    stored_tax,
    unsigned_zero,
)
from cloud_service.domain.pricing.tax import applies, rate_on
from cloud_service.domain.pricing.usage import NOTHING_BEFORE, History
from cloud_service.domain.rating.rated_terms import RatedTerms
from cloud_service.domain.rating.read_between import NO_WORDS, RegisterWords, words_of
from cloud_service.domain.rating.register_source import RegisterSource
from cloud_service.domain.tariffs.charge_periods import versions_in
from cloud_service.domain.tariffs.tariff import Tariff
from common.period import Span
from common.reading import Unit

OF_STEPS = ("demand", "capacity", "spot")  # priced by single steps: one that was filled is an estimate
NOTHING_TOLD: Mapping[str, RegisterWords] = {}


class Rating(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Lines, taxes and their sums over some days, in one currency.

    `net` is the sum of the lines' amounts, `tax` of the taxes' amounts, `total` their sum.
    """

    currency: str  # ISO 4217
    start: date  # the first day
    end: date  # the day after the last
    lines: tuple[RatedLine, ...]
    taxes: tuple[TaxLine, ...]
    max_demand_kw: Decimal | None  # the highest demand of the days, kW
    energy: int  # thousandths of the import register's unit
    net: Decimal
    tax: Decimal
    total: Decimal
    total_unrounded: Decimal
    history: History = NOTHING_BEFORE  # what the next span must be given
    cash: Decimal | UnsetType = UNSET  # the smallest coin that the total is rounded to; unset without one
    contract_id: int | UnsetType = UNSET  # whose one rating it is; unset for several ratings together

    @property
    def span(self) -> Span:
        """The rated days."""
        return Span(self.start, self.end)


class TariffOnDays(msgspec.Struct, frozen=True, gc=False):
    """A tariff that priced the contract on some days."""

    role: str  # supply, grid ...
    code: str
    versions: tuple[int, ...]  # ids of the tariff's versions
    start: date
    end: date  # the day after the last


class RatedContractFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The contract as it was when it was rated: frozen with its invoice."""

    id: int
    number: str = ""
    account_id: int = 0
    point: str = ""  # the supply point's name
    grid_id: str | None = ""  # NMI, MPAN, MaLo, EAN, PRM of the supply point
    utility: str = ""
    site: str = ""
    timezone: str = ""
    meters: tuple[str, ...] = ()  # serials or names, sorted
    tariffs: tuple[TariffOnDays, ...] = ()
    until: date | UnsetType = UNSET  # the day after the contract's last, where that was known


class MonthlyUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Energy of one month, for the chart: ["2026-03-01", 743000] in JSON."""

    month: date  # its first day
    energy: int  # thousandths of the unit


class RatedContract(Rating, frozen=True, kw_only=True, gc=False):
    """A contract's rating with the contract's facts, the registers it was read from, and the use of 25 months."""

    contract: RatedContractFacts
    rated_at: datetime | UnsetType = UNSET  # the database's time before anything was read
    sources: tuple[RegisterSource, ...] = ()
    usage: tuple[MonthlyUse, ...] = ()  # in order, months of which nothing is known left out
    given: str | UnsetType = UNSET  # fingerprint of the history it was given
    terms: RatedTerms | UnsetType = UNSET  # what it was rated by
    counted: int | UnsetType = UNSET  # what was used, in thousandths of `unit`; unset where nothing counts it
    unit: str | UnsetType = UNSET  # of `counted` and `usage`: kWh, m3

    @property
    def volume(self) -> int:
        """Litres that were used; none of what is counted in kWh."""
        return self.counted if self.unit == Unit.M3 and self.counted is not UNSET else 0


def rating_of(
    result: RatingResult,
    tariff: Tariff,
    contract_id: int | UnsetType = UNSET,
    register_texts: Mapping[str, RegisterWords] = NOTHING_TOLD,
) -> Rating:
    """The engine's result as a record, each line with the VAT category and rate that apply to it.

    `register_texts` say of the engine's registers what was read of them.
    """
    cash = versions_in(tariff, result.span)[-1].document.rounding.cash
    return Rating(
        currency=result.currency,
        start=result.span.start,
        end=result.span.end,
        lines=tuple(_rated_line(line, tariff, register_texts) for line in result.lines),
        taxes=tuple(stored_tax(tax) for tax in result.taxes),
        max_demand_kw=None if result.max_demand_kw is None else shortest(result.max_demand_kw),
        energy=result.energy,
        net=unsigned_zero(result.net),
        tax=unsigned_zero(result.tax),
        total=unsigned_zero(result.total),
        total_unrounded=shortest(result.total_unrounded),
        history=result.history,
        cash=UNSET if cash is None else shortest(cash),
        contract_id=contract_id,
    )


def _rated_line(line: PricedLine, tariff: Tariff, register_texts: Mapping[str, RegisterWords]) -> RatedLine:
    of_line = words_of(line.head.registers, register_texts) if register_texts else NO_WORDS
    estimated = of_line.is_estimated or (of_line.has_holes and line.charge in OF_STEPS)
    return rated_line(line, _vat(line, tariff), of_line.shown, estimated=estimated)


def _vat(line: PricedLine, tariff: Tariff) -> VatRate:
    """Category and percent of the VAT on the line, on its days; a levy that is part of another tax's base is no VAT."""
    for version in tariff.versions:
        if version.start <= line.head.start < version.until:
            due = {index: tax for index, tax in enumerate(version.document.taxes) if applies(tax, line)}
            levies = {name for tax in due.values() for name in tax.also_on}
            for index, tax in due.items():
                if tax.name not in levies:
                    return VatRate(tax.category, Decimal(plain(rate_on(tax, line.head.start, f"taxes[{index}]"))))
    return OUTSIDE_VAT
