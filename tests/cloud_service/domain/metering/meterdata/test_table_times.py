"""What the time of a row says: an instant, both ends of an interval, a day or a month of the calendar."""

from datetime import UTC, datetime

import pytest

from cloud_service.domain.metering.meterdata import BadFileError
from cloud_service.domain.metering.meterdata.table_times import RowTime, TableTimes
from cloud_service.domain.metering.meterdata.wall_clock import WallClock

KEY = ("M1", "import")
NEW_YORK = "America/New_York"


def times(zone: str = NEW_YORK, time_format: str = "", *, is_end: bool = False) -> TableTimes:
    return TableTimes(WallClock(zone), time_format, is_end)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("between", [" to ", " - ", " – ", " TO ", " bis "])
def test_a_time_of_both_ends_says_how_long_its_interval_is(between: str) -> None:
    row = times().of_index(f"2026-01-05 00:00:00{between}2026-01-05 01:00:00", KEY, 7)

    assert RowTime(at("2026-01-05T05:00"), 3600) == row


def test_both_ends_over_the_autumn_clock_change_are_told_by_their_order() -> None:
    clock = times()
    rows = [
        clock.of_index(f"2026-11-01 {start} to 2026-11-01 {end}", KEY, 1)
        for start, end in (("00:00", "01:00"), ("01:00", "02:00"), ("01:00", "02:00"), ("02:00", "03:00"))
    ]

    assert [at(f"2026-11-01T0{hour}:00") for hour in (4, 5, 6, 7)] == [row.at for row in rows]
    assert {3600} == {row.step_s for row in rows}


def test_both_ends_over_the_spring_clock_change_are_an_hour_apart() -> None:
    assert RowTime(at("2026-03-08T06:00"), 3600) == times().of_index("2026-03-08 01:00 to 2026-03-08 03:00", KEY, 1)


def test_ends_that_are_no_step_or_no_two_are_refused() -> None:
    with pytest.raises(BadFileError, match="is 420 s long"):
        times().of_index("2026-01-05 00:00 to 2026-01-05 00:07", KEY, 7)
    with pytest.raises(BadFileError, match="is -3600 s long"):
        times().of_index("2026-01-05 01:00 to 2026-01-05 00:00", KEY, 7)
    with pytest.raises(BadFileError, match="is not a time"):
        times().of_index("2026-01-05 00:00 to 2026-01-05 01:00 to 2026-01-05 02:00", KEY, 7)


@pytest.mark.parametrize(
    ("text", "step", "zone", "start", "hours"),
    [
        ("2026-11-01", "day", NEW_YORK, "2026-11-01T04:00", 25),
        ("2026-03-08", "day", NEW_YORK, "2026-03-08T05:00", 23),
        ("2026-10-01", "month", "Europe/Berlin", "2026-09-30T22:00", 745),
        ("2026-02-01", "month", "UTC", "2026-02-01T00:00", 672),
        ("2026-02-01T05:00+00:00", "day", NEW_YORK, "2026-02-01T05:00", 24),
    ],
)
def test_a_day_and_a_month_are_as_long_as_their_calendar_says(
    text: str, step: str, zone: str, start: str, hours: int
) -> None:
    assert RowTime(at(start), hours * 3600) == times(zone).of_calendar(text, 1, step)


def test_a_time_that_ends_a_day_or_a_month_is_of_the_one_before() -> None:
    assert RowTime(at("2026-10-31T04:00"), 86_400) == times(is_end=True).of_calendar("2026-11-01", 1, "day")
    assert RowTime(at("2026-01-01T00:00"), 31 * 86_400) == times("UTC", is_end=True).of_calendar(
        "2026-02-01", 1, "month"
    )


@pytest.mark.parametrize(("text", "step"), [("2026-11-01 06:00", "day"), ("2026-11-02", "month")])
def test_what_begins_no_day_or_month_is_refused(text: str, step: str) -> None:
    with pytest.raises(BadFileError, match=f"does not begin a {step} in America/New_York"):
        times().of_calendar(text, 3, step)


def test_the_start_of_both_ends_is_the_start_whatever_a_single_time_would_mean() -> None:
    ends, single = "2026-01-05 00:00 to 2026-01-05 01:00", "2026-01-05 01:00"

    assert RowTime(at("2026-01-05T05:00"), 3600) == times(is_end=True).of_interval(ends, KEY, 1, 900)
    assert RowTime(at("2026-01-05T05:45")) == times(is_end=True).of_interval(single, KEY, 1, 900)
