"""What the meters of an invoice counted, as it is printed: a row a register, and each utility's use with its months."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import UNSET

from cloud_service.documents.paper import MeterReading, MonthEnergy, UtilityUse
from cloud_service.domain.invoicing.basis import BilledContract
from cloud_service.domain.invoicing.issued_invoice import IssuedInvoice
from cloud_service.domain.rating.register_source import BilledIndex, RegisterSource
from common.period import local_day, next_month
from common.reading import Unit

THOUSAND = 1000
DAY = timedelta(days=1)
Days = tuple[date, date]  # the first and the last, both billed


def uses_of(invoice: IssuedInvoice, utility: str, billed_days: Days) -> tuple[UtilityUse, ...]:
    """The use of each utility in its unit, in the order of the contracts.

    Old bills know the kWh of electricity alone, credit notes those of all that they take back.
    """
    groups: dict[tuple[str, str], list[BilledContract]] = {}
    for billed in invoice.basis.contracts:
        unit = _unit(billed)
        if unit:
            groups.setdefault((billed.contract.utility, unit), []).append(billed)
    if not invoice.basis.contracts and utility not in ("mixed", "plain"):
        both = ((Unit.KWH, invoice.energy), (Unit.M3, invoice.volume))
        return tuple(UtilityUse(utility, unit, Decimal(counted) / THOUSAND) for unit, counted in both if counted)
    return tuple(
        UtilityUse(kind, unit, _sum(_counted(billed) for billed in members), _months(members, billed_days))
        for (kind, unit), members in groups.items()
    )


def readings_of(contracts: Sequence[BilledContract]) -> tuple[MeterReading, ...]:
    """A row a register and mount, in the order of the contracts."""
    return tuple(_reading(source, billed) for billed in contracts for source in billed.sources)


def _unit(billed: BilledContract) -> str:
    if billed.unit is not UNSET:
        return billed.unit
    return "kWh" if billed.contract.utility in ("electricity", "") else ""


def _counted(billed: BilledContract) -> int:
    return billed.energy if billed.counted is UNSET else billed.counted


def _sum(thousandths: Iterable[int]) -> Decimal:
    return Decimal(sum(thousandths)) / THOUSAND


def _months(contracts: Sequence[BilledContract], billed_days: Days) -> tuple[MonthEnergy, ...]:
    """The months of which something is known, of all these contracts together."""
    by_month: dict[date, int] = {}
    for billed in contracts:
        for use in billed.usage:
            by_month[use.month] = by_month.get(use.month, 0) + use.energy
    return tuple(
        MonthEnergy(month, Decimal(by_month[month]) / THOUSAND, billed=_is_billed(month, billed_days))
        for month in sorted(by_month)
    )


def _is_billed(month: date, billed_days: Days) -> bool:
    return month <= billed_days[1] and next_month(month) - DAY >= billed_days[0]


def _reading(source: RegisterSource, billed: BilledContract) -> MeterReading:
    """A register with its first and last index; without them, with the sum of its intervals."""
    opened, closed = _ends(source)
    counted = Decimal(source.counted or 0) / THOUSAND
    if opened and closed and source.counted is UNSET:  # of an old bill
        counted = Decimal(closed.value - opened.value) / THOUSAND
    zone_name = billed.contract.timezone
    return MeterReading(
        meter=source.meter,
        register=source.name,
        unit=source.unit,
        consumption=counted * source.multiplier,
        previous=_index(opened),
        current=_index(closed),
        multiplier=source.multiplier,
        estimated=bool(source.estimated) or bool(closed and closed.estimated),
        utility=billed.contract.utility,
        counts=source.register,
        previous_day=_day(opened, zone_name),
        current_day=_day(closed, zone_name),
        previous_estimated=bool(opened and opened.estimated),
    )


def _ends(source: RegisterSource) -> tuple[BilledIndex | None, BilledIndex | None]:
    if source.opened is not UNSET and source.closed is not UNSET:
        return source.opened, source.closed
    indexes = sorted((index.at, index.value) for index in source.indexes or ())
    if len(indexes) > 1:
        return BilledIndex(*indexes[0]), BilledIndex(*indexes[-1])
    return None, None


def _index(end: BilledIndex | None) -> Decimal | None:
    return None if end is None else Decimal(end.value) / THOUSAND


def _day(end: BilledIndex | None, zone_name: str) -> date | None:
    if end is None:
        return None
    return local_day(end.at, zone_name) if zone_name else end.at.date()
