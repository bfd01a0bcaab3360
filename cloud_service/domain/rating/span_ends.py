"""What a register showed at the ends of a billed span, and whether any of it was estimated: the bill has to say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cloud_service.domain.rating.register_readings import EPOCH, DayEnds, IndexAt, MountedRegister
from common.reading import Kind, Quality


@dataclass(frozen=True, slots=True)
class SpanEnds:
    """The index at the first and at the last instant, None where nobody read it then."""

    opened: int | None = None
    closed: int | None = None
    estimated: bool = False
    opened_estimated: bool = False  # of the index alone
    closed_estimated: bool = False


def span_ends(register: MountedRegister, days: Sequence[DayEnds], start: datetime, end: datetime) -> SpanEnds:
    """Of the days of a span: its first, its last and those with an estimated step, ascending.

    Of an index register, estimated means that its index at one of the ends is, or one that lies between and shapes the
    days; steps that are spread between two actual readings are not. Of an interval register any estimated step counts,
    but for intervals of days or months that begin and end within the span: their sum was measured.
    """
    if register.kind == Kind.INTERVAL:
        return SpanEnds(estimated=_is_any_estimated(days, start, end))
    opened, closed = _opened(register, days, start), _closed(register, days, end)
    guessed = any(at is not None and at[2] == Quality.ESTIMATED for day in days for at in (day.entry, day.exit))
    unread = (opened is None and _is_spread(days[:1], 0)) or (closed is None and _is_spread(days[-1:], -1))
    return SpanEnds(
        opened,
        closed,
        estimated=guessed or unread,
        opened_estimated=_is_estimated(days[0].entry if days else None, start),
        closed_estimated=_is_estimated(days[-1].exit if days else None, end),
    )


def _is_any_estimated(days: Sequence[DayEnds], start: datetime, end: datetime) -> bool:
    """Whether an interval was estimated, filled, or reaches out of the span; whole days of long intervals are none."""
    estimated = [day for day in days if Quality.ESTIMATED in day.qualities]
    if not estimated:
        return False
    is_spread = all(
        set(day.qualities) == {Quality.ESTIMATED}
        and all(point is None or point[2] < Quality.ESTIMATED for point in (day.entry, day.exit))
        for day in estimated
    )
    opens, closes = days[0].entry, days[-1].exit
    is_within = opens is not None and closes is not None and _ms(start) <= opens[0] and closes[0] <= _ms(end)
    return not (is_spread and is_within)


def _is_estimated(index: IndexAt | None, at: datetime) -> bool:
    return index is not None and index[0] == _ms(at) and index[2] == Quality.ESTIMATED


def is_one_difference(register: MountedRegister, days: Sequence[DayEnds], start: datetime, end: datetime) -> bool:
    """Whether all that is known of the span is one difference of indexes: nothing was read inside of it.

    Then validation has spread the difference evenly over the steps, and no price may take them for readings.
    """
    if register.kind != Kind.INDEX or not register.covers(start, end) or not days:
        return False
    last = days[-1]
    unread = last.entry is not None and last.entry[0] <= _ms(start)
    read_inside = last.exit is not None and _ms(start) < last.exit[0] < _ms(end)
    return unread and not read_inside and set(last.qualities) == {Quality.ESTIMATED}


def _opened(register: MountedRegister, days: Sequence[DayEnds], start: datetime) -> int | None:
    if register.mounted > start:
        return register.opening
    entry = days[0].entry if days else None
    return entry[1] if entry and entry[0] == _ms(start) else None


def _closed(register: MountedRegister, days: Sequence[DayEnds], end: datetime) -> int | None:
    if register.dismounted is not None and register.dismounted < end:
        return register.closing
    last = days[-1].exit if days else None
    return last[1] if last and last[0] == _ms(end) else None


def _is_spread(days: Sequence[DayEnds], step: int) -> bool:
    """Whether the step at that end lies between two readings that are further apart."""
    return any(day.qualities and day.qualities[step] == Quality.ESTIMATED for day in days)


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)
