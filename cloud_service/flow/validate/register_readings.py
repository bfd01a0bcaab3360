"""A block of readings by register."""

import numpy as np

from cloud_service.domain.metering.vee.series import RegisterReadings, readings
from cloud_service.store.metering.reading_blocks import ReadingBlock

NO_READINGS = readings((), ())


def by_register(block: ReadingBlock) -> dict[int, RegisterReadings]:
    """A block's readings by register."""
    if not len(block.register_id):
        return {}
    ids, firsts = np.unique(block.register_id, return_index=True)
    ends = [*firsts[1:].tolist(), len(block.register_id)]
    return {
        register: RegisterReadings(
            block.at_ms[first:end], block.value[first:end], block.quality[first:end], block.step_s[first:end]
        )
        for register, first, end in zip(ids.tolist(), firsts.tolist(), ends, strict=True)
    }


def joined(within: RegisterReadings, after: RegisterReadings) -> RegisterReadings:
    """The readings of a window and the few after it."""
    if not len(after):
        return within
    return RegisterReadings(
        np.concatenate((within.at_ms, after.at_ms)),
        np.concatenate((within.value, after.value)),
        np.concatenate((within.quality, after.quality)),
        np.concatenate((within.step_s, after.step_s)),
    )
