"""A row as flat values."""

from datetime import date
from decimal import Decimal

from cloud_service.domain.metering.energy.counted_registers import Measure
from cloud_service.domain.metering.energy.feeding import Balance
from cloud_service.domain.metering.energy.figures import Comparison, SpanEnergy
from cloud_service.domain.metering.energy.grouping import Group, GroupBy, placements
from cloud_service.domain.metering.energy.lines import energy_line
from cloud_service.domain.metering.energy.report import EnergyRow, MeasuredPlacement
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed

ENERGY = SpanEnergy(Decimal("1.2500000"), 30_000, 29_999, estimated_s=300)


def row(balance: Balance | None = None) -> EnergyRow:
    (placement,) = placements(GroupBy.SITE, [placed()], {}, Span(date(2026, 3, 1), date(2026, 3, 2)))
    return EnergyRow(
        Group("s1", "House"), Measure("electricity", "kWh", "import"), ENERGY,
        Comparison(Decimal("1.00005"), Decimal("0.24995"), Decimal("24.9937")), None,
        (MeasuredPlacement(placement, ENERGY),), balance, gaps=2,
    )  # fmt: skip


def test_energies_are_exact_and_shares_never_say_all_where_something_is_missing() -> None:
    line = energy_line(row())

    assert ("1.250", "1.00005", "25.0", None) == (
        str(line.energy), str(line.before), str(line.before_percent), line.year_before,
    )  # fmt: skip
    assert ("99.9", "1.0", 2, 1) == (str(line.complete), str(line.estimated), line.gaps, line.meters)


def test_losses_are_told_only_where_they_are_whole() -> None:
    assert Decimal(5) == energy_line(row(Balance(Decimal(100), Decimal(95), whole=True))).losses
    assert None is energy_line(row(Balance(Decimal(100), Decimal(95), whole=False))).losses
