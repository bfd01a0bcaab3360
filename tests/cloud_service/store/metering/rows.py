"""Readings as columns for tests of the store."""

from collections.abc import Sequence

import numpy as np

from cloud_service.store.metering.readings import ReadingColumns
from common.reading import Quality, TimeQuality

QUARTER_MS = 900_000


def columns(
    register: int,
    readings: Sequence[tuple[int, int]],
    *,
    source: int = 0,
    first_sequence: int = 1,
    quality: Quality = Quality.ACTUAL,
    time_quality: TimeQuality = TimeQuality.SYNCHRONISED,
    step_s: int = 0,
) -> ReadingColumns:
    """(at_ms, value) pairs of one register, all of one quality."""
    size = len(readings)
    return ReadingColumns(
        register_id=np.full(size, register, dtype=np.int64),
        at_ms=np.array([at_ms for at_ms, _ in readings], dtype=np.int64),
        value=np.array([value for _, value in readings], dtype=np.int64),
        quality=np.full(size, quality, dtype=np.int16),
        time_quality=np.full(size, time_quality, dtype=np.int16),
        source=np.full(size, source, dtype=np.int64),
        sequence=np.arange(first_sequence, first_sequence + size, dtype=np.int64),
        step_s=np.full(size, step_s, dtype=np.int32),
    )
