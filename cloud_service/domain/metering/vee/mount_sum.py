"""The mounts of a register on the grid of one window: each a segment, added up step by step."""

from dataclasses import dataclass

import numpy as np

from cloud_service.domain.metering.vee.days import StepSeries
from cloud_service.domain.metering.vee.series import Bytes, Ints
from cloud_service.domain.rating.register_readings import SharedStep


@dataclass(slots=True)
class Segment:
    """One mount of one job: believed readings, rollovers undone."""

    job: int
    mounted_ms: int
    start_ms: int  # what of the window this mount has to cover
    end_ms: int
    at_ms: Ints
    value: Ints
    quality: Bytes


class MountSum:
    """The steps of one job while its mounts are added up; nearly always there is one mount."""

    def __init__(self, grid: Ints) -> None:
        self.grid = grid
        self.value: Ints | None = None
        self.quality: Bytes | None = None
        self.parts: list[tuple[Segment, Ints]] = []

    def add(self, segment: Segment, value: Ints, quality: Bytes) -> None:
        """What one mount counted."""
        self.value = value if self.value is None else self.value + value
        self.quality = quality if self.quality is None else np.maximum(self.quality, quality)
        self.parts.append((segment, value))

    def steps(self, step_s: int) -> StepSeries:
        """All mounts together."""
        size = len(self.grid) - 1
        value = np.zeros(size, dtype=np.int64) if self.value is None else self.value
        quality = np.zeros(size, dtype=np.uint8) if self.quality is None else self.quality
        return StepSeries(step_s, value, quality, self._shared(step_s) if len(self.parts) > 1 else ())

    def _shared(self, step_s: int) -> list[SharedStep]:
        """The steps within which one mount ends and another begins, a part for each."""
        touched = [
            (int(at_ms - self.grid[0]) // (step_s * 1000), segment, value)
            for segment, value in self.parts
            for at_ms in {segment.start_ms, segment.end_ms}
            if (at_ms - self.grid[0]) % (step_s * 1000)
        ]
        places = [place for place, _, _ in touched]
        return sorted(
            (
                SharedStep(place, segment.mounted_ms, int(value[place]))
                for place, segment, value in touched
                if places.count(place) > 1
            ),
            key=lambda part: (part.step, part.mounted_ms),
        )
