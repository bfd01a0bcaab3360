"""Opening and closing indexes stand among the readings, in the place of what was read at their moments."""

from cloud_service.domain.metering.vee.mount_indexes import at_mount, last_mount_index, with_mount_indexes
from cloud_service.domain.metering.vee.series import BelievedReading, MountSpan, RegisterRules, readings

MOVED = RegisterRules(1, "index", 900, "UTC", mounts=(MountSpan(100, 200, 10, 30), MountSpan(200, 300, 7, 9)))
READ = readings([50, 150, 200], [1, 20, 99])


def test_the_index_that_a_meter_came_with_goes_before_the_one_it_left_with() -> None:
    assert {100: 10, 200: 7, 300: 9} == MOVED.mount_indexes
    assert {} == RegisterRules(1, "index", 900, "UTC", mounts=(MountSpan(100),)).mount_indexes


def test_indexes_stand_among_the_readings_of_a_time() -> None:
    merged = with_mount_indexes(MOVED, READ, 50, 200)

    assert ([50, 100, 150, 200], [1, 10, 20, 7]) == (merged.at_ms.tolist(), merged.value.tolist())


def test_a_mount_has_its_own_indexes_at_its_ends() -> None:
    first, second = (at_mount(READ, mount) for mount in MOVED.mounts)

    assert ([100, 150, 200], [10, 20, 30]) == (first.at_ms.tolist(), first.value.tolist())
    assert ([200, 300], [7, 9]) == (second.at_ms.tolist(), second.value.tolist())


def test_a_reading_at_the_very_end_of_a_mount_is_its_last_one() -> None:
    without = MountSpan(100, 200)

    assert ([150, 200], [20, 99]) == (at_mount(READ, without).at_ms.tolist(), at_mount(READ, without).value.tolist())


def test_the_last_index_before_an_instant() -> None:
    assert BelievedReading(200, 7, 0) == last_mount_index(MOVED, 299)
    assert last_mount_index(MOVED, 99) is None
