"""The span of days that a report is of, and the two that it is compared with."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from common.errors import InputError
from common.period import Span, add_months

ONE_DAY = timedelta(days=1)
SAME_WEEKDAYS = timedelta(days=364)  # a year back on the same days of the week
DAYS_MAX = 800
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


class SpanName(StrEnum):
    """Spans that have a name. Those that are not over yet end with yesterday: a part of today compares with nothing."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    LAST_WEEK = "last_week"
    LAST_MONTH = "last_month"
    LAST_QUARTER = "last_quarter"
    LAST_YEAR = "last_year"


@dataclass(frozen=True, slots=True)
class ComparedSpans:
    """A span, the one before it and the one of the year before; None where that one would overlap it."""

    span: Span
    before: Span
    year_before: Span | None

    @property
    def all(self) -> tuple[Span, ...]:
        """All of them, the span itself first."""
        return tuple(span for span in (self.span, self.before, self.year_before) if span)


def named_span(name: str, today: date) -> Span:
    """The days of a name as of today: `month` from its first day up to yesterday, `last_month` all of it."""
    if name == SpanName.TODAY:
        return Span(today, today + ONE_DAY)
    if name == SpanName.YESTERDAY:
        return Span(today - ONE_DAY, today)
    length = name.removeprefix("last_")
    start = _start_of(length, today)
    if name.startswith("last_"):
        return Span(_start_of(length, start - ONE_DAY), start)
    return Span(start, max(today, start + ONE_DAY))


def _start_of(length: str, day: date) -> date:
    """The first day of the week, month, quarter or year that a day lies in."""
    if length == SpanName.WEEK:
        return day - timedelta(days=day.weekday())
    if length not in MONTHS_OF:
        raise InputError(f"{length!r} is no span", path="span", hint=", ".join(SpanName))
    month = (day.month - 1) // MONTHS_OF[length] * MONTHS_OF[length] + 1
    return day.replace(month=month, day=1)


def compared_spans(span: Span) -> ComparedSpans:
    """Whole months are compared with as many months before, other days with as many days right before.

    The year before are the same months, or the same days of the week 364 days back.
    """
    if span.days > DAYS_MAX:
        raise InputError(
            f"{span.days} days are too many for one report", path="to", hint=f"at most {DAYS_MAX} days, both included"
        )
    months = _whole_months(span)
    if months:
        before = Span(add_months(span.start, -months), span.start)
        year_before = Span(add_months(span.start, -12), add_months(span.end, -12))
    else:
        before = Span(span.start - timedelta(days=span.days), span.start)
        year_before = Span(span.start - SAME_WEEKDAYS, span.end - SAME_WEEKDAYS)
    return ComparedSpans(span, before, year_before if year_before.end <= span.start else None)


def span_after(span: Span) -> Span:
    """As many months, or days, right after a span."""
    months = _whole_months(span)
    return Span(span.end, add_months(span.end, months) if months else span.end + timedelta(days=span.days))


def _whole_months(span: Span) -> int:
    """How many calendar months it is; 0 where it begins or ends within one."""
    if span.start.day != 1 or span.end.day != 1:
        return 0
    return (span.end.year - span.start.year) * 12 + span.end.month - span.start.month
