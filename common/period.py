"""Half-open spans, the interval grid, local days of 23, 24 and 25 hours, months.

Everything that has a price has a validity `[start, end)`. Instants are aware datetimes in UTC; civil dates belong to
the site's IANA zone. Nothing in here adds 24 hours to find tomorrow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from common.errors import InputError

STEPS_S = (60, 300, 600, 900, 1800, 3600)
LONGEST_STEP_S = STEPS_S[-1]  # an interval that is longer is one of days or months: of which only the sum is known
LONG_INTERVAL_MAX_S = 367 * 86_400  # a year, of a meter that is read once in it
YEAR_MIN, YEAR_MAX = 1900, 2899


@dataclass(frozen=True, slots=True)
class Span:
    """Civil days `[start, end)`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InputError(f"the span {self.start} to {self.end} is empty", hint="the end is exclusive")

    @property
    def days(self) -> int:
        """Number of civil days."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=n) for n in range(self.days))

    def overlap(self, other: "Span") -> "Span | None":
        """The days both have, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; an unknown one is refused."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(
            f"{name!r} is not an IANA time zone", path="timezone", hint="for example Europe/Berlin"
        ) from error


@lru_cache(maxsize=65536)
def day_start(day: date, zone_name: str) -> datetime:
    """The first instant of a civil day, in UTC.

    A day whose midnight was skipped by a clock change starts at the change; one whose midnight comes twice starts at
    the first of the two, or where the clock was set back over midnight, at the midnight that was passed first.
    """
    local = datetime.combine(day, time(), zone(zone_name))
    instant = local.astimezone(UTC)
    back = instant.astimezone(zone(zone_name))
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):  # midnight was skipped: find the change itself
        return _first_instant(day, zone_name, instant)
    return instant


def _first_instant(day: date, zone_name: str, near: datetime) -> datetime:
    """Bisect the clock change around `near` to the second."""
    low, high = near - timedelta(hours=3), near + timedelta(hours=3)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone(zone_name)).date() < day:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def day_bounds(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """First instant of a civil day and of the next one, in UTC."""
    return day_start(day, zone_name), day_start(day + timedelta(days=1), zone_name)


@lru_cache(maxsize=16_384)
def day_seconds(day: date, zone_name: str) -> int:
    """Length of a civil day: 82,800, 86,400 or 90,000 in most zones."""
    start, end = day_bounds(day, zone_name)
    return int((end - start).total_seconds())


def intervals_in_day(day: date, zone_name: str, step_s: int) -> int:
    """How many steps a civil day has: 92, 96 or 100 quarter hours."""
    seconds = day_seconds(day, zone_name)
    if step_s not in STEPS_S or seconds % step_s:
        raise InputError(f"a step of {step_s} s does not fit {day} in {zone_name}", hint=f"one of {STEPS_S}")
    return seconds // step_s


def local_day(instant: datetime, zone_name: str) -> date:
    """The civil day an instant lies in."""
    return instant.astimezone(zone(zone_name)).date()


def months(span: Span) -> Iterator[Span]:
    """The calendar months of a span, the first and last cut to it."""
    start = span.start
    while start < span.end:
        end = min(next_month(start), span.end)
        yield Span(start, end)
        start = end


def parse_day(text: str, path: str = "") -> date:
    """The civil day that an ISO 8601 date names; InputError at `path` where it names none, or one of no calendar."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is no day", path=path, hint="for example 2026-10-31") from None
    if not is_in_calendar(day):
        raise InputError(f"{text!r} is no day of these times", path=path, hint="for example 2026-10-31")
    return day


def is_in_calendar(day: date) -> bool:
    """Whether one can reckon with the day: a year before it, a zone, a span of years after it."""
    return YEAR_MIN <= day.year <= YEAR_MAX


def next_month(day: date) -> date:
    """First day of the month after the one `day` lies in."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def add_months(day: date, count: int, anchor_day: int | None = None) -> date:
    """The same day of the month `count` months on, the last day of a shorter month; `anchor_day` remembers the 31st."""
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    last = (next_month(date(year, month + 1, 1)) - timedelta(days=1)).day
    return date(year, month + 1, min(anchor_day or day.day, last))
