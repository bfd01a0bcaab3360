"""What an index is expected to show at an instant, from what the register counted before; and what is odd about one.

An odd value is not a wrong one: a display turned over, a house was built on. A person says that it is so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DAY_S = 86_400
LOW_SHARE, HIGH_SHARE = 2, 2  # half of what is usual, and twice as much
SLACK = 2000  # two units, in thousandths: a display jumps in whole units
HISTORY_MIN = timedelta(days=1)  # a shorter time says nothing of what is usual


class ReadingDoubt(StrEnum):
    """Why a reading needs a second look."""

    BELOW_LAST = "below_last"
    ABOVE_NEXT = "above_next"
    FAR_ABOVE_USUAL = "far_above_usual"


@dataclass(frozen=True, slots=True)
class KnownIndex:
    """What a register showed at an instant, in thousandths of its unit."""

    at: datetime
    value: int


@dataclass(frozen=True, slots=True)
class KnownIndexes:
    """The indexes around an instant: the last before, one up to a year before that, the next after."""

    last: KnownIndex | None = None
    earlier: KnownIndex | None = None
    next: KnownIndex | None = None


@dataclass(frozen=True, slots=True)
class ExpectedIndex:
    """Between what an index is expected, in thousandths of its unit."""

    low: int
    high: int


def expected_index(indexes: KnownIndexes, at: datetime) -> ExpectedIndex | None:
    """Half to twice of what the register usually counts since its last index; None where nothing is usual yet."""
    last, earlier = indexes.last, indexes.earlier
    if last is None or earlier is None or last.at - earlier.at < HISTORY_MIN or last.value < earlier.value:
        return None
    counted, seconds = last.value - earlier.value, int((last.at - earlier.at).total_seconds())
    usual = counted * int((at - last.at).total_seconds()) // seconds
    return ExpectedIndex(last.value + usual // LOW_SHARE, last.value + usual * HIGH_SHARE + SLACK)


def reading_doubts(indexes: KnownIndexes, at: datetime, value: int) -> list[ReadingDoubt]:
    """What is odd about an index, nothing where it fits."""
    doubts = []
    if indexes.last is not None and value < indexes.last.value:
        doubts.append(ReadingDoubt.BELOW_LAST)
    if indexes.next is not None and value > indexes.next.value:
        doubts.append(ReadingDoubt.ABOVE_NEXT)
    expected = expected_index(indexes, at)
    if expected is not None and value > expected.high:
        doubts.append(ReadingDoubt.FAR_ABOVE_USUAL)
    return doubts
