"""Sums of days by window and by day, with their qualities counted from the packed bytes."""

import struct
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from cloud_service.domain.metering.energy.windows import RegisterWindow, register_window
from cloud_service.store.database.session import transaction
from cloud_service.store.metering.energy.day_sums import SummedDays, span_sums, split_days
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed
from tests.cloud_service.metered_house import MeteredHouse

SPAN = Span(date(2026, 3, 1), date(2026, 3, 4))
HOUR = 3600


def put(owner: psycopg.Connection[Any], register: int, day: int, codes: dict[int, int], origin: dict[str, Any]) -> None:
    """A day of 24 hours of 10 each, some of another quality."""
    qualities = bytes(codes.get(hour, 0) for hour in range(24))
    missing = sum(1 for code in qualities if code > 2)
    owner.execute(
        'INSERT INTO interval_day (register_id, day, step_s, "values", qualities, total, missing, made_from)'
        " VALUES (%s, %s, 3600, %s, %s, %s, %s, %s)",
        (register, date(2026, 3, day), struct.pack("<24q", *([10] * 24)), qualities, 240, missing, Jsonb(origin)),
    )


@pytest.fixture
def register(house: MeteredHouse) -> int:
    register = house.add_meter("M")["energy_import_total"]
    put(house.owner, register, 1, {}, {})
    put(house.owner, register, 2, {3: 2, 4: 2, 16: 1, 20: 4, 21: 3}, {})
    put(house.owner, register, 3, {5: 2}, {"entry": [1_000, 5, 0], "exit": [86_401_000, 9, 0]})
    return register


def window(register: int, span: Span = SPAN, **changes: Any) -> RegisterWindow:
    built = register_window(placed(register_id=register, timezone="UTC", **changes), span)
    assert built is not None
    return built


def test_a_window_and_its_days_are_summed_with_what_is_known_estimated_and_substituted(
    house: MeteredHouse, register: int
) -> None:
    with transaction(house.engine) as session:
        sums = span_sums(session, [window(register, multiplier=Decimal("1.5"))], [True])

    assert {0: SummedDays(Decimal(1080), 70 * HOUR, 3 * HOUR, HOUR, HOUR)} == dict(sums.windows)
    assert [(1, 0, 0), (2, 2 * HOUR, 0), (3, HOUR, HOUR)] == [
        (day.day, summed.estimated_s, summed.within_s) for day, summed in sorted(sums.days.items())
    ]
    assert {Decimal(360)} == {summed.energy for summed in sums.days.values()}


def test_windows_of_one_register_are_kept_apart_and_days_have_only_what_is_drawn(
    house: MeteredHouse, register: int
) -> None:
    first, rest = Span(SPAN.start, date(2026, 3, 2)), Span(date(2026, 3, 2), SPAN.end)
    with transaction(house.engine) as session:
        sums = span_sums(session, [window(register, first), window(register, rest)], [True, False])

        assert {0: 240, 1: 480} == {place: summed.energy for place, summed in sums.windows.items()}
        assert {SPAN.start: 240} == {day: summed.energy for day, summed in sums.days.items()}
        assert {} == span_sums(session, [], []).windows


def test_shared_days_come_with_their_steps(house: MeteredHouse, register: int) -> None:
    shared = window(register, mounted=datetime(2026, 3, 2, 10, tzinfo=UTC))
    with transaction(house.engine) as session:
        packed = split_days(session, [shared])

        assert {(register, date(2026, 3, 2))} == set(packed)
        assert (3600, 24) == (
            packed[register, date(2026, 3, 2)].step_s,
            len(packed[register, date(2026, 3, 2)].qualities),
        )
        assert {} == split_days(session, [window(register)])
