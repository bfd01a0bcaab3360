"""Days from which use is told: complete ones, no estimates, also of the meter that hung there before."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering.estimation.reference_days import reference_days
from common.period import Span
from tests.books.world import World, build

GAP = datetime(2026, 10, 10, tzinfo=UTC), datetime(2026, 10, 12, tzinfo=UTC)
NEAR = date(2026, 9, 1), date(2026, 11, 1)
YEAR = date(2025, 9, 1), date(2025, 11, 1)


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=2)


def days_of(world: World) -> list[tuple[date, int, bool]]:
    days = reference_days(world.session, world.registers[0], GAP, NEAR, YEAR)
    return [(day.day, day.total, day.measured) for day in days]


def test_incomplete_days_days_by_estimates_and_days_elsewhere_tell_nothing(world: World) -> None:
    world.readings(world.registers[0], Span(date(2026, 10, 1), date(2026, 10, 5)))
    world.readings(world.registers[0], Span(date(2026, 8, 1), date(2026, 8, 2)))
    world.session.execute(text("UPDATE interval_day SET missing = 1 WHERE day = '2026-10-02'"))
    world.session.execute(text("UPDATE interval_day SET made_from = '{\"exit\": [1, 2, 2]}' WHERE day = '2026-10-03'"))
    spread = np.full(96, 2, dtype=np.uint8).tobytes()
    world.session.execute(
        text("UPDATE interval_day SET qualities = :spread WHERE day = '2026-10-04'"), {"spread": spread}
    )

    assert [(date(2026, 10, 1), 9600, True), (date(2026, 10, 4), 9600, False)] == days_of(world)


def test_the_meter_before_counts_with_its_own_ratio(world: World) -> None:
    world.readings(world.registers[1], Span(date(2026, 9, 10), date(2026, 9, 12)))
    world.session.execute(
        text(
            "UPDATE meter_mount SET during = tstzrange('2026-10-01Z', NULL)"
            " WHERE meter_id = (SELECT meter_id FROM register WHERE id = :id)"
        ),
        {"id": world.registers[0]},
    )
    world.session.execute(
        text(
            "UPDATE meter_mount SET during = tstzrange(lower(during), '2026-10-01Z'), multiplier = 3,"
            "       service_point_id = (SELECT m.service_point_id FROM meter_mount m"
            "                             JOIN register r ON r.meter_id = m.meter_id WHERE r.id = :first)"
            " WHERE meter_id = (SELECT meter_id FROM register WHERE id = :second)"
        ),
        {"first": world.registers[0], "second": world.registers[1]},
    )

    assert [9600 * 3, 9600 * 3] == [total for _day, total, _measured in days_of(world)]
    assert timedelta(days=1) == days_of(world)[1][0] - days_of(world)[0][0]
