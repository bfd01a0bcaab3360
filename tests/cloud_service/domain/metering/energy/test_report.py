"""Rows and sums from what was counted in each span."""

from datetime import date
from decimal import Decimal

from cloud_service.domain.metering.energy.figures import SpanEnergy
from cloud_service.domain.metering.energy.grouping import GroupBy, placements
from cloud_service.domain.metering.energy.report import EnergyTable, MeasuredPlacement, energy_table
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed

E = ("electricity", "kWh")
MARCH, FEBRUARY = Span(date(2026, 3, 1), date(2026, 4, 1)), Span(date(2026, 2, 1), date(2026, 3, 1))
MAIN = placed(point_id=1, meter_id=1, register_id=1, mount_id=1, meter_public_id="m1")
FLAT = placed(point_id=2, meter_id=2, register_id=2, mount_id=2, meter_public_id="m2", point="Flat 2")
FEEDING = {(2, *E): (1, *E)}


def table(by: GroupBy, **energies: tuple[int, int]) -> EnergyTable:
    """Of main and flat in March and February."""
    spans = []
    for number, span in enumerate((MARCH, FEBRUARY)):
        counted = {1: energies["main"][number], 2: energies["flat"][number]}
        spans.append([
            MeasuredPlacement(placement, SpanEnergy(
                Decimal(counted[placement.window.register.meter_id]), 100, 100, presence=Decimal(1)
            ))
            for placement in placements(by, [MAIN, FLAT], {}, span)
        ])  # fmt: skip
    return energy_table(by, spans, FEEDING)


def test_a_site_counts_its_flats_and_tells_what_its_main_meter_lost() -> None:
    (site,) = table(GroupBy.SITE, main=(100, 90), flat=(95, 80)).rows

    assert (Decimal(95), Decimal(80), 1) == (site.now.energy, site.before.energy if site.before else None, site.meters)
    assert site.balance is not None
    assert Decimal(5) == site.balance.losses


def test_meters_have_a_row_each_and_the_sum_leaves_the_main_one_out() -> None:
    seen = table(GroupBy.METER, main=(100, 90), flat=(95, 80))

    assert [(Decimal(100), True), (Decimal(95), False)] == [(row.now.energy, row.repeats) for row in seen.rows]
    assert [95] == [row.now.energy for row in seen.sums]


def test_clients_have_no_losses() -> None:
    seen = table(GroupBy.CLIENT, main=(100, 90), flat=(95, 80))

    assert {None} == {row.balance for row in (*seen.rows, *seen.sums)}
