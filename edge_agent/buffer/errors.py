"""What can go wrong with the buffer's file.

UnavailableError
├── DiskFull      there is no room: what was not committed is still with the caller
└── InUse         another agent has this buffer open
EnergyError
└── Damaged       the file cannot be trusted any more: set it aside, salvage, begin a new epoch
"""

import sqlite3

from common.errors import EnergyError, UnavailableError


class DiskFull(UnavailableError):  # noqa: N818 - named after what happened
    """There is no room on the disk; nothing was committed."""

    code = "disk_full"


class InUse(UnavailableError):  # noqa: N818 - see above
    """Another agent has this buffer open."""

    code = "in_use"


class Damaged(EnergyError):  # noqa: N818 - see above
    """The file cannot be trusted any more."""

    code = "buffer_damaged"


_FULL, _BUSY, _LOCKED = 13, 5, 6


def translated(error: sqlite3.Error) -> EnergyError:
    """Our error for SQLite's. A failed fsync or read counts as damage: trying again would only seem to help."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == _FULL:
        return DiskFull(f"the buffer has no room: {error}", hint="free some space on the gateway's disk")
    if code in (_BUSY, _LOCKED):
        return InUse(f"the buffer is in use: {error}", hint="is another energy-edge running?")
    return Damaged(f"the buffer cannot be trusted: {error}")
