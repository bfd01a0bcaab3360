"""The opening and closing index of a mount are readings of the moment when the meter came or went."""

from collections.abc import Iterable

import numpy as np

from cloud_service.domain.metering.vee.series import BelievedReading, MountSpan, RegisterReadings, RegisterRules
from common.reading import Quality


def last_mount_index(rules: RegisterRules, at_ms: int) -> BelievedReading | None:
    """The newest index of a mount at or before an instant."""
    earlier = [(moment, index) for moment, index in rules.mount_indexes.items() if moment <= at_ms]
    return BelievedReading(*earlier[-1], Quality.ACTUAL) if earlier else None


def with_mount_indexes(rules: RegisterRules, given: RegisterReadings, first_ms: int, last_ms: int) -> RegisterReadings:
    """Readings and the indexes of mounts from one instant to another, both included."""
    indexes = rules.mount_indexes.items() if rules.mount_indexes else ()
    return with_indexes(given, [(moment, index) for moment, index in indexes if first_ms <= moment <= last_ms])


def at_mount(given: RegisterReadings, mount: MountSpan) -> RegisterReadings:
    """The readings during a mount, with its opening and closing index."""
    inside = given.where((given.at_ms >= mount.start_ms) & (given.at_ms <= mount.end_ms))
    indexes = ((mount.start_ms, mount.opening), (mount.end_ms, mount.closing))
    return with_indexes(inside, [(moment, index) for moment, index in indexes if index is not None])


def with_indexes(given: RegisterReadings, indexes: Iterable[tuple[int, int]]) -> RegisterReadings:
    """Readings with indexes that take the place of what was read at their instants."""
    for at_ms, index in indexes:
        rest = given.where(given.at_ms != at_ms)
        place = int(np.searchsorted(rest.at_ms, at_ms))
        given = RegisterReadings(
            np.insert(rest.at_ms, place, at_ms),
            np.insert(rest.value, place, index),
            np.insert(rest.quality, place, Quality.ACTUAL),
            np.insert(rest.step_s, place, 0),
        )
    return given
