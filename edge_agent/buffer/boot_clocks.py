"""When rows were taken that were stored before the gateway knew the time, from the clocks of its boots; pure.

A row carries milliseconds since its boot. Once the clock of that boot is known, its offset (wall minus monotonic
milliseconds) dates all of its rows.
"""

from collections.abc import Container

import msgspec

from common.reading import TimeQuality
from edge_agent.buffer.directory import BufferDirectory
from edge_agent.buffer.row import BufferRow

BOOTS_MAX = 1000
RESOLUTION_MS = 100


def boot_number(directory: BufferDirectory, boot_id: str) -> int:
    """The number of a boot, 0 if it is new."""
    return next((number for number, name in directory.boots if name == boot_id), 0)


def is_full(directory: BufferDirectory) -> bool:
    """Whether a new boot makes the directory forget the oldest one."""
    return len(directory.boots) >= BOOTS_MAX


def with_boot(directory: BufferDirectory, boot_id: str, undated: Container[int] = ()) -> BufferDirectory:
    """The directory with a new boot; of too many boots the oldest go, and with them their clocks.

    What is known of a clock stays as long as rows of the boot are dated by it (`undated`).
    """
    number = 1 + max((number for number, _ in directory.boots), default=0)
    boots = (*directory.boots[1 - BOOTS_MAX :], (number, boot_id))
    offsets, guesses = (
        {boot: offset for boot, offset in clocks.items() if boot >= boots[0][0] or boot in undated}
        for clocks in (directory.offsets, directory.guesses)
    )
    return msgspec.structs.replace(directory, boots=boots, offsets=offsets, guesses=guesses)


def dated(directory: BufferDirectory, row: BufferRow) -> tuple[int, int] | None:
    """When a row was taken (milliseconds since 1970) and how well that is known; None while it may become known."""
    if row.time_quality != TimeQuality.UNKNOWN:
        return row.at_ms, row.time_quality
    for offsets, quality in (
        (directory.offsets, TimeQuality.RECONSTRUCTED),
        (directory.guesses, TimeQuality.UNKNOWN),
    ):
        if row.boot in offsets:
            return max((row.mono_ms + offsets[row.boot]) // RESOLUTION_MS * RESOLUTION_MS, 0), quality
    return None


def with_clock(
    directory: BufferDirectory, present_boot: int, offset_ms: int, lasted_ms: dict[int, int]
) -> BufferDirectory:
    """The directory with the clock of the present boot, and guesses for boots that ended without one.

    A guess is made as if each boot had ended when the next one began; `lasted_ms` is how long each that left rows
    behind is known to have run, those too of which the directory has forgotten all else. A guess that was made once
    stays.
    """
    offsets = {**directory.offsets, present_boot: offset_ms}
    guesses = dict(directory.guesses)
    began_ms = offsets[present_boot]
    for number in sorted({*(number for number, _ in directory.boots), *lasted_ms}, reverse=True):
        if number < present_boot:
            if number not in offsets:
                guesses.setdefault(number, began_ms - lasted_ms.get(number, 0))
            began_ms = offsets.get(number, guesses.get(number, began_ms))
    return msgspec.structs.replace(directory, offsets=offsets, guesses=guesses)
