"""A day that two places share: each has its own steps."""

import struct
from datetime import UTC, date, datetime
from decimal import Decimal

from cloud_service.domain.metering.energy.split_days import PackedDay, split_day_energy
from cloud_service.domain.metering.energy.windows import register_window
from cloud_service.domain.rating.register_readings import SharedStep
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed

DAY = date(2026, 3, 2)
SPAN = Span(DAY, date(2026, 3, 3))
CAME = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
PACKED = PackedDay(
    DAY, 3600, struct.pack("<24q", *range(24)), bytes([0] * 20 + [2, 1, 4, 3]),
    (SharedStep(10, int(CAME.timestamp()) * 1000, 4),),
)  # fmt: skip


def test_a_meter_that_came_has_the_steps_from_then_on_and_its_part_of_the_shared_one() -> None:
    window = register_window(placed(timezone="UTC", mounted=CAME, multiplier=Decimal(40)), SPAN)
    assert window is not None

    energy = split_day_energy(window, PACKED)

    assert (4 + sum(range(11, 24))) * 40 == energy.energy
    assert (12 * 3600, 3600, 3600) == (energy.known_s, energy.estimated_s, energy.substituted_s)


def test_the_meter_that_went_has_the_steps_before() -> None:
    window = register_window(placed(timezone="UTC", dismounted=CAME), SPAN)
    assert window is not None

    energy = split_day_energy(window, PACKED)

    assert sum(range(11)) == energy.energy  # its part of the shared step stands under its own mount
    assert int(10.5 * 3600) == energy.known_s  # never more than the window has
