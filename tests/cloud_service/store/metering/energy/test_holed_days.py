"""Days that nobody made, as spans, and days with holes."""

from datetime import UTC, date, datetime

from cloud_service.domain.metering.energy.windows import register_window
from cloud_service.store.database.session import transaction
from cloud_service.store.metering.energy.holed_days import holed_days
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed
from tests.cloud_service.metered_house import MeteredHouse
from tests.cloud_service.store.metering.energy.test_day_sums import put

SPAN = Span(date(2026, 3, 1), date(2026, 3, 9))


def test_absent_days_are_spans_and_holed_ones_have_their_steps(house: MeteredHouse) -> None:
    register = house.add_meter("M")["energy_import_total"]
    for day, codes in ((2, {}), (5, {3: 4}), (6, {3: 2})):
        put(house.owner, register, day, codes, {})
    window = register_window(placed(register_id=register, timezone="UTC"), SPAN)
    assert window is not None
    with transaction(house.engine) as session:
        days = holed_days(session, [window])[register]
        assert {} == holed_days(session, [])

    assert [(1, 2), (3, 5), (7, 9)] == [(span.start.day, span.end.day) for span in days.absent]
    assert [5] == [packed.day.day for packed in days.holed]


def test_days_on_which_it_came_and_went_are_looked_at_too(house: MeteredHouse) -> None:
    register = house.add_meter("M")["energy_import_total"]
    came, went = datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 4, 10, tzinfo=UTC)
    window = register_window(placed(register_id=register, timezone="UTC", mounted=came, dismounted=went), SPAN)
    assert window is not None
    with transaction(house.engine) as session:
        days = holed_days(session, [window])[register]

    assert [(2, 5)] == [(span.start.day, span.end.day) for span in days.absent]
