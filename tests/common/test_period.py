"""Days of 23, 24 and 25 hours, days that do not exist, months; every instant belongs to exactly one civil day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from common.errors import InputError
from common.period import (
    Span,
    add_months,
    day_bounds,
    day_seconds,
    day_start,
    intervals_in_day,
    local_day,
    months,
    next_month,
    parse_day,
    zone,
)

HOUR = 3600
ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "America/Asuncion",
    "America/Bogota",
    "America/Havana",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Amman",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Kuala_Lumpur",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Europe/London",
    "Europe/Moscow",
    "Europe/Volgograd",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Fiji",
    "UTC",
)


@pytest.mark.parametrize("name", ZONES)
def test_twenty_years_of_days_have_no_hole_and_no_overlap(name: str) -> None:
    days = Span(date(2006, 1, 1), date(2026, 1, 1))
    end = day_start(days.start, name)
    seconds = 0
    for day in days:
        first, last = day_bounds(day, name)
        assert end == first
        assert last >= first
        seconds += day_seconds(day, name)
        end = last

    assert seconds == (day_start(days.end, name) - day_start(days.start, name)).total_seconds()


@pytest.mark.parametrize("name", ZONES)
def test_the_first_instant_of_a_day_is_the_first_that_shows_its_date(name: str) -> None:
    for day in Span(date(2011, 1, 1), date(2012, 1, 5)):
        first, last = day_bounds(day, name)
        if first == last:  # the day was skipped
            continue
        assert day == local_day(first, name)
        assert day > local_day(first - timedelta(seconds=1), name)


@pytest.mark.parametrize(
    ("day", "name", "hours"),
    [
        pytest.param(date(2026, 3, 29), "Europe/Berlin", 23, id="clocks go forward"),
        pytest.param(date(2026, 10, 25), "Europe/Berlin", 25, id="clocks go back"),
        pytest.param(date(2026, 6, 1), "Europe/Berlin", 24, id="a normal day"),
        pytest.param(date(2018, 11, 4), "America/Sao_Paulo", 23, id="midnight was skipped"),
        pytest.param(date(2018, 2, 17), "America/Sao_Paulo", 25, id="the hour before midnight came twice"),
        pytest.param(date(2025, 11, 2), "America/Havana", 25, id="midnight came twice"),
        pytest.param(date(2011, 12, 30), "Pacific/Apia", 0, id="the day was skipped"),
        pytest.param(date(2026, 4, 5), "Australia/Lord_Howe", 24.5, id="half an hour more"),
        pytest.param(date(2026, 10, 4), "Australia/Lord_Howe", 23.5, id="half an hour less"),
        pytest.param(date(2018, 5, 4), "Asia/Pyongyang", 23.5, id="half an hour was given up"),
        pytest.param(date(2026, 3, 29), "Asia/Kathmandu", 24, id="no clock change"),
    ],
)
def test_days_have_the_hours_that_passed(day: date, name: str, hours: float) -> None:
    assert hours * HOUR == day_seconds(day, name)


def test_quarter_hours_of_a_day_follow_the_clock_change() -> None:
    assert [92, 96, 100] == [
        intervals_in_day(day, "Europe/Berlin", 900)
        for day in (date(2026, 3, 29), date(2026, 3, 30), date(2026, 10, 25))
    ]


def test_a_step_that_does_not_fit_the_day_is_refused() -> None:
    with pytest.raises(InputError, match="does not fit"):
        intervals_in_day(date(2026, 4, 5), "Australia/Lord_Howe", HOUR)
    assert intervals_in_day(date(2026, 4, 5), "Australia/Lord_Howe", 900) == 98


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(InputError):
        intervals_in_day(date(2026, 1, 1), "UTC", 7)


def test_an_unknown_zone_is_refused_with_an_example() -> None:
    with pytest.raises(InputError, match="not an IANA time zone"):
        zone("Mars/Olympus")


def test_a_midnight_that_was_skipped_starts_the_day_at_the_change() -> None:
    assert datetime(2018, 11, 4, 3, 0, tzinfo=UTC) == day_start(date(2018, 11, 4), "America/Sao_Paulo")


def test_a_day_starts_at_a_change_that_began_the_evening_before() -> None:
    """Toronto's clocks went from 23:30 to 00:30: the day begins half an hour late, at the change itself."""
    assert datetime(1919, 3, 31, 4, 30, tzinfo=UTC) == day_start(date(1919, 3, 31), "America/Toronto")


def test_a_span_ends_before_its_end() -> None:
    span = Span(date(2026, 1, 30), date(2026, 2, 2))

    assert [30, 31, 1] == [day.day for day in span]
    assert date(2026, 2, 1) in span
    assert date(2026, 2, 2) not in span
    assert span.days == 3


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        Span(date(2026, 1, 1), date(2026, 1, 1))


def test_an_overlap_is_the_days_both_have() -> None:
    january, february = Span(date(2026, 1, 1), date(2026, 2, 1)), Span(date(2026, 1, 20), date(2026, 3, 1))

    assert Span(date(2026, 1, 20), date(2026, 2, 1)) == january.overlap(february)
    assert january.overlap(Span(date(2026, 2, 1), date(2026, 3, 1))) is None


def test_months_cut_the_first_and_the_last() -> None:
    cut_months = list(months(Span(date(2025, 12, 15), date(2026, 2, 10))))

    assert [17, 31, 9] == [month.days for month in cut_months]


@pytest.mark.parametrize(
    ("start", "count", "anchor", "expected"),
    [
        pytest.param(date(2026, 1, 31), 1, None, date(2026, 2, 28), id="the 31st becomes the last day"),
        pytest.param(date(2026, 2, 28), 1, 31, date(2026, 3, 31), id="the anchor remembers the 31st"),
        pytest.param(date(2024, 1, 31), 1, None, date(2024, 2, 29), id="leap year"),
        pytest.param(date(2026, 1, 15), -1, None, date(2025, 12, 15), id="back over the new year"),
        pytest.param(date(2026, 1, 15), 12, None, date(2027, 1, 15), id="a year on"),
    ],
)
def test_adding_months_keeps_the_day_where_there_is_one(
    start: date, count: int, anchor: int | None, expected: date
) -> None:
    assert expected == add_months(start, count, anchor)


def test_the_month_after_december_is_january() -> None:
    assert date(2027, 1, 1) == next_month(date(2026, 12, 31))


def test_a_day_is_read_as_iso_8601_writes_it() -> None:
    assert date(2026, 10, 31) == parse_day("2026-10-31")


@pytest.mark.parametrize("text", ["", "31.10.2026", "2026-02-30", "2026-10-31T00:00", "0001-01-01", "9999-12-31"])
def test_what_names_no_day_is_refused_at_its_place(text: str) -> None:
    with pytest.raises(InputError, match="is no day") as caught:
        parse_day(text, "--from")

    assert "--from" == caught.value.path
