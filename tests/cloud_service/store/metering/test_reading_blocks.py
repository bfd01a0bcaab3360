"""Readings of many registers in one block."""

import psycopg
from sqlalchemy.orm import Session

from cloud_service.store.metering import reading_blocks, readings
from cloud_service.store.metering.reading_blocks import ReadingBlock
from common.reading import Quality, TimeQuality
from tests.cloud_service.plant import START_MS, add_meter
from tests.cloud_service.store.metering.rows import QUARTER_MS, columns

Owner = psycopg.Connection[object]


def pairs(block: ReadingBlock) -> list[tuple[int, int, int]]:
    """(register, quarters after the start, value) of a block."""
    quarters = ((block.at_ms - START_MS) // QUARTER_MS).tolist()
    return list(zip(block.register_id.tolist(), quarters, block.value.tolist(), strict=True))


def test_both_ends_of_a_window_belong_to_it(session: Session, owner: Owner) -> None:
    first, second = add_meter(owner, "M1"), add_meter(owner, "M2")
    for register in (second, first):
        readings.insert(session, columns(register, [(START_MS + n * QUARTER_MS, n) for n in range(5)]))
    window = (START_MS + QUARTER_MS, START_MS + 3 * QUARTER_MS)
    block = reading_blocks.readings_between(session, {second: window, first: (START_MS, START_MS)})

    assert [(first, 0, 0), (second, 1, 1), (second, 2, 2), (second, 3, 3)] == pairs(block)


def test_nothing_asked_and_nothing_there_is_an_empty_block(session: Session, owner: Owner) -> None:
    assert [] == pairs(reading_blocks.readings_between(session, {}))
    assert [] == pairs(reading_blocks.readings_between(session, {add_meter(owner): (-(2**62), 2**62)}))


def test_of_several_readings_of_an_instant_the_one_that_counts_comes(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    readings.insert(session, columns(register, [(START_MS, 1)], source=3))
    readings.insert(session, columns(register, [(START_MS, 2)], source=4, quality=Quality.ESTIMATED))

    assert [(register, 0, 1)] == pairs(reading_blocks.readings_between(session, {register: (START_MS, START_MS)}))


def test_a_reading_of_an_unsure_clock_is_an_estimate(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    readings.insert(session, columns(register, [(START_MS, 1)], time_quality=TimeQuality.UNKNOWN, step_s=900))
    block = reading_blocks.readings_between(session, {register: (START_MS, START_MS)})

    assert ([Quality.ESTIMATED], [900]) == (block.quality.tolist(), block.step_s.tolist())


def test_only_a_few_readings_follow_an_instant(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    readings.insert(session, columns(register, [(START_MS + n * QUARTER_MS, n) for n in range(20)]))

    assert [(register, n, n) for n in range(3, 11)] == pairs(
        reading_blocks.readings_after(session, {register: START_MS + 2 * QUARTER_MS})
    )


def test_instants_outside_the_calendar_are_moved_to_its_edge() -> None:
    assert "0001-01-01T00:00:00Z" == reading_blocks.instant_text(-(2**62))
    assert reading_blocks.instant_text(2**62).startswith("9999-12-31T")
    assert "2026-03-01T00:00:00.001000Z" == reading_blocks.instant_text(START_MS + 1)
