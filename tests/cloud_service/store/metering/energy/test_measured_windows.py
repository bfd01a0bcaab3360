"""What windows counted: whole and shared days together, by window, day and hour."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.metering.energy.windows import RegisterWindow, register_window
from cloud_service.store.database.session import transaction
from cloud_service.store.metering.energy.measured_windows import bridged, drawn_hours, measure
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed
from tests.cloud_service.metered_house import MeteredHouse
from tests.cloud_service.store.metering.energy.test_day_sums import put

SPAN = Span(date(2026, 3, 1), date(2026, 3, 4))
MOVED = datetime(2026, 3, 2, 10, tzinfo=UTC)


def window(register: int, **changes: Any) -> RegisterWindow:
    built = register_window(placed(register_id=register, timezone="UTC", **changes), SPAN)
    assert built is not None
    return built


@pytest.fixture
def register(house: MeteredHouse) -> int:
    register = house.add_meter("M")["energy_import_total"]
    for day, codes in ((1, {}), (2, {3: 2, 20: 4}), (3, {5: 2})):
        put(house.owner, register, day, codes, {})
    return register


def test_two_places_of_a_meter_have_their_own_steps_and_together_all(house: MeteredHouse, register: int) -> None:
    before, after = window(register, dismounted=MOVED), window(register, mounted=MOVED, multiplier=Decimal(2))
    with transaction(house.engine) as session:
        (first, second), days = measure(session, [before, after], [True, False])

    assert (Decimal(340), Decimal(760)) == (first.energy, second.energy)  # 34 steps of 10, 38 of 20
    assert (34 * 3600, 3600) == (first.known_s, first.estimated_s)
    assert (37 * 3600, 3600) == (second.known_s, second.estimated_s)
    assert {1: Decimal("0.24"), 2: Decimal("0.1")} == {day.day: counted.energy for day, counted in days.items()}


def test_hours_leave_out_what_is_missing_and_say_what_is_estimated(house: MeteredHouse, register: int) -> None:
    with transaction(house.engine) as session:
        hours = drawn_hours(session, [window(register, mounted=MOVED), window(register, mounted=MOVED)], SPAN.start)

    assert {*range(34, 72)} - {44} == {hour for hour, counted in hours.items() if counted.known_s}
    assert (Decimal("0.02"), 7200, 7200) == (hours[53].energy, hours[53].known_s, hours[53].estimated_s)


def test_only_index_registers_are_bridged(house: MeteredHouse, register: int) -> None:
    house.owner.execute(
        "UPDATE interval_day SET made_from = jsonb_build_object('entry', jsonb_build_array(:from, 0, 0),"
        " 'exit', jsonb_build_array(:from, 0, 0))".replace(
            ":from", str(int(datetime(2026, 3, 4, tzinfo=UTC).timestamp()) * 1000)
        )
    )
    with transaction(house.engine) as session:
        windows = [window(register), window(register, kind="interval")]
        energies, _days = measure(session, windows, [False, False])

        assert [7200, 0] == [energy.bridged_s for energy in bridged(session, windows, energies)]
