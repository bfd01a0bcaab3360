"""Time between two indexes is bridged: both were read, and neither lies far beyond the span."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cloud_service.domain.metering.energy.windows import RegisterWindow, register_window
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database.session import transaction
from cloud_service.store.metering.energy.bridged_gaps import bridged_seconds
from common.period import Span
from common.reading import Quality
from tests.cloud_service.domain.metering.energy.placed import placed
from tests.cloud_service.metered_house import MeteredHouse

MARCH = Span(date(2026, 3, 1), date(2026, 4, 1))


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def bridged_days(house: MeteredHouse, readings: list[tuple[datetime, Quality]], now: Span = MARCH) -> int:
    register = house.add_meter("M")["energy_import_total"]
    house.mount("M", house.add_point("Flat"), at(1, 1))
    for number, (moment, quality) in enumerate(readings):
        house.read(register, (moment, 1000 * number), quality=quality)
    validate_dirty(house.engine)
    window: RegisterWindow | None = register_window(placed(register_id=register, timezone="UTC"), now)
    assert window is not None
    with transaction(house.engine) as session:
        return round(timedelta(seconds=bridged_seconds(session, {5: window}).get(5, 0)) / timedelta(days=1))


READ, GUESSED = Quality.ACTUAL, Quality.ESTIMATED


@pytest.mark.parametrize(
    ("readings", "days"),
    [
        ([(at(3, 1), READ), (at(4, 1), READ)], 31),
        ([(at(2, 1), READ), (at(3, 1, 10), READ), (at(4, 1, 10), READ)], 31),  # some hours beyond the edges
        ([(at(2, 15), READ), (at(3, 15), READ), (at(4, 15), READ)], 0),  # cut at both ends
        ([(at(3, 1), READ), (at(3, 15), READ), (at(4, 15), READ)], 13),  # cut at the end, with the day of its index
        ([(at(3, 1), READ), (at(3, 15), GUESSED), (at(3, 20), READ), (at(4, 1), READ)], 12),  # from the 20th on
        ([(at(3, 1), READ), (at(4, 1), GUESSED)], 0),
        ([(at(3, 1), GUESSED), (at(4, 1), READ)], 0),
    ],
)
def test_only_what_lies_between_two_indexes_within_the_span_is_bridged(
    house: MeteredHouse, readings: list[tuple[datetime, Quality]], days: int
) -> None:
    assert days == bridged_days(house, readings)
