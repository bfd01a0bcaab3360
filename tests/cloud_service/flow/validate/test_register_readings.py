"""A block of readings by register."""

import numpy as np

from cloud_service.domain.metering.vee.series import readings
from cloud_service.flow.validate.register_readings import NO_READINGS, by_register, joined
from cloud_service.store.metering.reading_blocks import ReadingBlock


def block(*rows: tuple[int, int, int]) -> ReadingBlock:
    """(register, at_ms, value) rows in their order."""
    ids, at_ms, value = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    size = len(rows)
    return ReadingBlock(ids, at_ms, value, np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.int64))


def test_each_register_has_its_own_readings_in_order() -> None:
    registers = by_register(block((3, 1, 10), (3, 2, 20), (7, 1, 30)))

    assert {3: [10, 20], 7: [30]} == {
        register: of_register.value.tolist() for register, of_register in registers.items()
    }


def test_an_empty_block_has_no_registers() -> None:
    nothing = np.zeros(0, dtype=np.int64)

    assert {} == by_register(ReadingBlock(nothing, nothing, nothing, nothing.astype(np.uint8), nothing))


def test_readings_after_a_window_follow_those_within() -> None:
    within, after = readings([1, 2], [10, 20]), readings([3], [30])

    assert [10, 20, 30] == joined(within, after).value.tolist()
    assert within is joined(within, NO_READINGS)
