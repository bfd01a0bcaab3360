"""Schedules: kinds of days, seasons, and the period of each minute of a day."""

from datetime import date

import pytest

from cloud_service.domain.calendar.tou_schedule import (
    HOLIDAY,
    HolidayUse,
    Period,
    Schedule,
    Season,
    day_kind,
    hours_of,
    in_season,
    kinds_of_day,
    numbers_of,
    patterns,
)
from common.errors import InputError

NIGHT = Period(name="night", hours=("22:00-06:00",))
REST = Period(name="rest")


def test_hours_are_minutes_of_the_day_with_an_exclusive_end() -> None:
    assert (0, 1440) == hours_of("00:00-24:00", "hours")
    assert (1320, 360) == hours_of("22:00-06:00", "hours")


@pytest.mark.parametrize("text", ["6-22", "06:00-06:00", "24:00-06:00", "06:00-24:01", "six to ten"])
def test_what_is_no_span_of_hours_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a span of hours"):
        hours_of(text, "hours[0]")


@pytest.mark.parametrize(("day", "expected"), [("12-31", True), ("02-28", True), ("03-01", False), ("11-30", False)])
def test_a_season_may_run_over_the_new_year(day: str, *, expected: bool) -> None:
    winter = Season(start="12-01", until="03-01")

    assert expected == in_season(winter, date.fromisoformat(f"2026-{day}"))


def test_the_first_period_that_fits_has_the_minute() -> None:
    row = patterns(Schedule(periods=(NIGHT, REST)), 6, 15, 0)

    assert (1440,) == row.shape
    assert [0, 1, 1, 0] == [int(row[minute]) for minute in (359, 360, 1319, 1320)]
    assert [0, 1, 0] == numbers_of(row)


def test_a_minute_without_a_period_has_the_number_of_none() -> None:
    assert -1 == patterns(Schedule(periods=(NIGHT,)), 6, 15, 0)[720]


@pytest.mark.parametrize(("treat_as", "kind"), [("holiday", HOLIDAY), ("sunday", 6), ("saturday", 5), ("weekday", 0)])
def test_a_holiday_is_the_kind_of_day_that_the_schedule_says(treat_as: str, kind: int) -> None:
    use = HolidayUse(calendar="de", treat_as=treat_as)  # type: ignore[arg-type]  # one of its literals

    assert kind == day_kind(use, date(2026, 5, 1))  # a Friday, and Labour Day
    assert 4 == day_kind(use, date(2026, 5, 8))


def test_holidays_of_their_own_kind_are_an_eighth_kind_of_day() -> None:
    own = Schedule(periods=(REST,), holidays=HolidayUse(calendar="de"))

    assert HOLIDAY in kinds_of_day(own)
    assert HOLIDAY not in kinds_of_day(Schedule(periods=(REST,)))


def test_a_period_without_a_label_is_shown_by_its_name() -> None:
    schedule = Schedule(periods=(Period(name="off_peak"), Period(name="peak", label="High tariff")))

    assert ["off peak", "High tariff"] == [schedule.label(index) for index in range(2)]
