"""What registers counted, as rating takes it."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import text

from cloud_service.domain.rating.register_readings import DayEnds, SharedStep
from cloud_service.store.invoicing.billed_usage import (
    hashes,
    indexes,
    indexes_near,
    packed_days,
    read_days,
    snapshot_time,
)
from cloud_service.store.metering.readings import ensure_months
from common.period import Span
from common.reading import Quality
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


def test_a_register_that_is_asked_for_twice_or_has_no_days_is_read_once_or_not_at_all(world: World) -> None:
    world.readings(world.registers[0], THREE_DAYS, wh=7)

    read = read_days(world.session, [world.registers[0], world.registers[0], 999_999], THREE_DAYS)

    assert [world.registers[0]] == list(read.packed)
    assert 8 * 292 == len(read.packed[world.registers[0]].body)
    assert {} == read_days(world.session, [], THREE_DAYS).packed


def test_the_first_and_last_day_and_those_with_an_estimated_step_say_how_they_were_made(world: World) -> None:
    register, span = world.registers[0], Span(date(2026, 10, 20), date(2026, 10, 27))
    world.readings(register, span)
    with_ends = 'UPDATE interval_day SET made_from = made_from || \'{"entry": [5, 70, 0], "exit": [9, 80, 1]}\''
    world.session.execute(text(f"{with_ends} WHERE day = '2026-10-20'"))
    qualities = bytes([0] * 95 + [Quality.ESTIMATED])
    world.session.execute(text("UPDATE interval_day SET qualities = :q WHERE day = '2026-10-22'"), {"q": qualities})

    ends = read_days(world.session, [register], span).ends[register]

    assert [
        DayEnds(bytes(96), (5, 70, 0), (9, 80, 1), date(2026, 10, 20)),
        DayEnds(qualities, None, None, date(2026, 10, 22)),
        DayEnds(bytes(96), None, None, date(2026, 10, 26)),
    ] == ends


def test_a_step_that_two_mounts_share_is_told_with_its_day(world: World) -> None:
    register = world.registers[0]
    world.readings(register, THREE_DAYS)
    shared = "UPDATE interval_day SET made_from = made_from || '{\"shared\": [[3, 1000, 40], [3, 2000, 60]]}'"
    world.session.execute(text(f"{shared} WHERE day = '2026-10-25'"))

    read = read_days(world.session, world.registers, THREE_DAYS)

    assert {(register, date(2026, 10, 25)): [SharedStep(3, 1000, 40), SharedStep(3, 2000, 60)]} == read.shared


def test_the_hash_of_days_is_that_of_the_block_that_was_rated(world: World) -> None:
    register = world.registers[0]
    for number, day in enumerate(THREE_DAYS):
        world.readings(register, Span(day, day + timedelta(days=1)), wh=7 + number)
    body = packed_days(world.session, [register], THREE_DAYS)[register].body

    assert {register: hashlib.sha256(body).hexdigest()} == hashes(world.session, [register, 999_999], THREE_DAYS)
    world.session.execute(text("UPDATE interval_day SET \"values\" = overlay(\"values\" PLACING '\\x08' FROM 1)"
                               " WHERE day = '2026-10-26'"))  # fmt: skip
    assert {register: hashlib.sha256(body).hexdigest()} != hashes(world.session, [register], THREE_DAYS)


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
