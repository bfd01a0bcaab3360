"""A row of a report as flat values: what a file, a command and JSON say of it."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from cloud_service.domain.metering.energy.figures import THOUSANDTH, Comparison
from cloud_service.domain.metering.energy.report import EnergyRow

HOUR_S = 3600
PERCENT = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class EnergyLine:
    """Energies in `unit`; shares and differences in percent; what is not known is None."""

    name: str
    tenant: str
    place: str
    site: str
    utility: str
    direction: str
    unit: str
    meters: int
    energy: Decimal
    before: Decimal | None
    before_difference: Decimal | None
    before_percent: Decimal | None
    year_before: Decimal | None
    year_before_difference: Decimal | None
    year_before_percent: Decimal | None
    complete: Decimal
    bridged: Decimal  # between two indexes
    estimated: Decimal
    missing_hours: Decimal
    gaps: int
    supplied: Decimal | None
    losses: Decimal | None
    losses_percent: Decimal | None
    repeats: bool  # others count it once more, and sums leave it out


def energy_line(row: EnergyRow) -> EnergyLine:
    """The row's values."""
    group, measure, balance = row.group, row.measure, row.balance if row.balance and row.balance.whole else None
    return EnergyLine(
        group.name, group.tenant, group.place, group.site, measure.utility, measure.direction, measure.unit,
        row.meters, _exact(row.now.energy), *_comparison(row.before), *_comparison(row.year_before),
        complete=(row.now.completeness * 100).quantize(PERCENT, ROUND_DOWN),
        bridged=(row.now.bridged * 100).quantize(PERCENT),
        estimated=(row.now.estimated * 100).quantize(PERCENT),
        missing_hours=(Decimal(row.now.missing_s) / HOUR_S).quantize(PERCENT),
        gaps=row.gaps,
        supplied=_exact(balance.supplied) if balance else None,
        losses=_exact(balance.losses) if balance else None,
        losses_percent=_rounded(balance.percent) if balance else None,
        repeats=row.repeats,
    )  # fmt: skip


def _comparison(comparison: Comparison | None) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    if comparison is None:
        return None, None, None
    return _exact(comparison.energy), _exact(comparison.difference), _rounded(comparison.percent)


def _exact(energy: Decimal) -> Decimal:
    """Three decimals where they say it all, else every digit."""
    rounded = energy.quantize(THOUSANDTH)
    return rounded if rounded == energy else energy.normalize()


def _rounded(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent.quantize(PERCENT)
