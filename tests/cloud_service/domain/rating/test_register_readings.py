"""A mounted register knows when it was there, and by what its readings are multiplied."""

from datetime import UTC, datetime
from decimal import Decimal

from cloud_service.domain.rating.register_readings import factor_at, scale_of
from tests.cloud_service.domain.rating.readings import day_readings, mounted_register

FIRST, SECOND, THIRD = (datetime(2026, 10, day, tzinfo=UTC) for day in (1, 2, 3))


def test_a_mount_covers_what_lies_inside_it_and_touches_what_it_overlaps() -> None:
    register = mounted_register(mounted=FIRST, dismounted=SECOND)

    assert [True, False] == [register.covers(FIRST, SECOND), register.covers(FIRST, THIRD)]
    assert [True, False] == [register.touches(FIRST, THIRD), register.touches(SECOND, THIRD)]


def test_a_register_that_is_still_there_covers_what_follows() -> None:
    assert mounted_register(mounted=FIRST).covers(SECOND, THIRD)


def test_a_multiplier_that_is_not_whole_needs_more_decimals() -> None:
    whole, half = mounted_register(multiplier=Decimal(40)), mounted_register(multiplier=Decimal("0.5"))

    assert (3, 40) == (scale_of([whole]), factor_at(whole, 3))
    assert (7, 5000) == (scale_of([whole, half]), factor_at(half, 7))


def test_a_span_of_civil_days_begins_and_ends_at_midnight_of_its_zone() -> None:
    readings = day_readings({})

    assert datetime(2026, 9, 30, 22, tzinfo=UTC) == readings.start  # summer time
    assert datetime(2026, 10, 31, 23, tzinfo=UTC) == readings.end  # winter time
