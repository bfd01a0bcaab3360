"""What registers counted, as rating takes it."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import text

from cloud_service.store.invoicing.billed_usage import indexes, indexes_near, packed_days, snapshot_time
from cloud_service.store.metering.readings import ensure_months
from common.period import Span
from tests.books.world import World

THREE_DAYS = Span(date(2026, 10, 24), date(2026, 10, 27))  # the clock goes back on the second
READING = text(
    "INSERT INTO reading (register_id, at, value, quality, source, sequence) VALUES (:register, :at, :value, :quality,"
    " 1, :sequence)"
)


def test_the_days_of_a_register_are_one_block_in_their_order(world: World) -> None:
    world.readings(world.registers[0], THREE_DAYS, wh=7)

    days = packed_days(world.session, world.registers, THREE_DAYS)

    assert [world.registers[0]] == list(days)
    packed = days[world.registers[0]]
    assert (tuple(THREE_DAYS), 900, (900, 900, 900)) == (packed.days, packed.step_s, packed.steps_s)
    assert [7] * (96 + 100 + 96) == np.frombuffer(packed.body, dtype="<i8").tolist()
    assert (0, 0, 0) == packed.missing


def test_days_of_different_steps_say_which(world: World) -> None:
    world.readings(world.registers[0], THREE_DAYS)
    world.session.execute(text("UPDATE interval_day SET step_s = 3600 WHERE day = '2026-10-26'"))

    packed = packed_days(world.session, world.registers, THREE_DAYS)[world.registers[0]]

    assert (900, 900, 3600) == packed.steps_s


def test_indexes_are_in_order_and_those_that_nobody_trusts_are_left_out(world: World) -> None:
    start = datetime(2026, 10, 1, tzinfo=UTC)
    readings = [(start + timedelta(days=2), 30, 0), (start, 10, 0), (start + timedelta(days=1), 99, 3)]
    ensure_months(world.session, np.array([int(start.timestamp() * 1000)]))
    for sequence, (at, value, quality) in enumerate(readings, start=1):
        world.session.execute(
            READING,
            {"register": world.registers[0], "at": at, "value": value, "quality": quality, "sequence": sequence},
        )

    trusted = indexes(world.session, world.registers, start, start + timedelta(days=31))

    assert {world.registers[0]: [(start, 10), (start + timedelta(days=2), 30)]} == trusted


def test_the_readings_next_to_an_instant_are_one_before_or_at_it_and_one_after(world: World) -> None:
    start = datetime(2026, 10, 1, tzinfo=UTC)
    ensure_months(world.session, np.array([int(start.timestamp() * 1000)]))
    for day, quality in ((0, 0), (1, 0), (2, 3), (3, 0), (4, 0)):
        at = start + timedelta(days=day)
        reading = {"register": world.registers[0], "at": at, "value": day, "quality": quality, "sequence": day}
        world.session.execute(READING, reading)

    near = indexes_near(world.session, {world.registers[0]: start + timedelta(days=2)})

    assert {world.registers[0]: [(start + timedelta(days=1), 1), (start + timedelta(days=3), 3)]} == near
    assert {} == indexes_near(world.session, {})


def test_the_time_of_a_snapshot_is_the_database_s_and_goes_on_within_a_transaction(world: World) -> None:
    first = snapshot_time(world.session)

    assert first.tzinfo is not None
    assert first < snapshot_time(world.session)
