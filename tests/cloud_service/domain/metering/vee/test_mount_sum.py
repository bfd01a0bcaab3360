"""Mounts are added up on one grid; of a step that two of them share each keeps its part."""

import numpy as np

from cloud_service.domain.metering.vee.mount_sum import MountSum, Segment
from cloud_service.domain.rating.register_readings import SharedStep

GRID = np.array([0, 900_000, 1_800_000, 2_700_000], dtype=np.int64)
NOTHING = np.zeros(0, dtype=np.int64)


def segment(start_ms: int, end_ms: int) -> Segment:
    return Segment(0, start_ms, start_ms, end_ms, NOTHING, NOTHING, NOTHING.astype(np.uint8))


def added(*mounts: tuple[Segment, list[int]]) -> MountSum:
    total = MountSum(GRID)
    for mount, values in mounts:
        total.add(mount, np.array(values, dtype=np.int64), np.zeros(3, dtype=np.uint8))
    return total


def test_a_step_within_which_a_meter_was_moved_is_shared() -> None:
    steps = added((segment(0, 1_000_000), [10, 2, 0]), (segment(1_000_000, 2_700_000), [0, 5, 7])).steps(900)

    assert [10, 7, 7] == steps.values.tolist()
    assert [SharedStep(1, 0, 2), SharedStep(1, 1_000_000, 5)] == list(steps.shared)


def test_a_step_that_ends_with_a_mount_is_nobody_s_but_its_own() -> None:
    steps = added((segment(0, 900_000), [10, 0, 0]), (segment(900_000, 2_700_000), [0, 5, 7])).steps(900)

    assert () == tuple(steps.shared)


def test_without_any_mount_nothing_was_counted() -> None:
    assert [0, 0, 0] == MountSum(GRID).steps(900).values.tolist()
