"""Time-of-use periods: every step has exactly one, by the wall clock, through clock changes and holidays."""

from collections import Counter
from datetime import date
from typing import Any

import msgspec
import pytest

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.calendar.tou_periods import active_days, period_map, season_runs
from cloud_service.domain.calendar.tou_schedule import Period, Schedule, Season
from cloud_service.domain.calendar.tou_schedule_check import check_schedule
from common.errors import InputError
from common.period import Span

BERLIN = "Europe/Berlin"


def schedule(*periods: dict[str, Any], **rest: Any) -> Schedule:
    checked = msgspec.convert({"periods": list(periods), **rest}, Schedule)
    check_schedule(checked, "schedules.day")
    return checked


def hours(
    of_schedule: Schedule, start: date, end: date, zone_name: str = BERLIN, minutes: int = 60
) -> dict[str, float]:
    index = period_map(of_schedule, grid(start, end, zone_name, minutes * 60))
    return {of_schedule.names[number]: count * minutes / 60 for number, count in Counter(index.tolist()).items()}


PEAK = {"name": "peak", "days": ["weekday"], "hours": ["16:00-21:00"]}


REST = {"name": "rest"}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 3, 27), {"peak": 5, "rest": 19}, id="Friday"),
        pytest.param(date(2026, 3, 28), {"rest": 24}, id="Saturday"),
        pytest.param(date(2026, 3, 29), {"rest": 23}, id="Sunday of 23 hours"),
        pytest.param(date(2026, 10, 25), {"rest": 25}, id="Sunday of 25 hours"),
    ],
)
def test_hours_go_by_the_kind_of_day(day: date, expected: dict[str, float]) -> None:
    assert expected == hours(schedule(PEAK, REST), day, date.fromordinal(day.toordinal() + 1))


def test_the_hour_that_comes_twice_is_in_its_period_twice() -> None:
    night = schedule({"name": "night", "hours": ["02:00-03:00"]}, REST)

    assert {"night": 2, "rest": 23} == hours(night, date(2026, 10, 25), date(2026, 10, 26))
    assert {"rest": 23} == hours(night, date(2026, 3, 29), date(2026, 3, 30))


def test_hours_may_pass_midnight() -> None:
    night = schedule({"name": "night", "hours": ["22:00-06:00"]}, REST)

    assert {"night": 8, "rest": 16} == hours(night, date(2026, 6, 1), date(2026, 6, 2))


def test_seasons_may_run_over_the_new_year() -> None:
    winter = schedule(
        {"name": "winter", "seasons": ["winter"]}, REST, seasons={"winter": {"from": "11-15", "until": "02-15"}}
    )

    assert {"winter": 24 * (16 + 31 + 31 + 14), "rest": 24 * (14 + 14)} == hours(
        winter, date(2025, 11, 1), date(2026, 3, 1), "UTC"
    )


def test_a_leap_day_belongs_to_its_season() -> None:
    winter = schedule({"name": "winter", "seasons": ["w"]}, REST, seasons={"w": {"from": "12-01", "until": "03-01"}})

    assert {"winter": 24 * 29} == hours(winter, date(2024, 2, 1), date(2024, 3, 1), "UTC")


@pytest.mark.parametrize(
    ("treat_as", "expected"),
    [("sunday", {"sunday": 24}), ("holiday", {"rest": 24}), ("weekday", {"peak": 5, "rest": 19})],
)
def test_a_holiday_is_the_kind_of_day_the_tariff_says(treat_as: str, expected: dict[str, float]) -> None:
    sunday = {"name": "sunday", "days": ["sunday"]}
    with_holidays = schedule(PEAK, sunday, REST, holidays={"calendar": "de", "treat_as": treat_as})

    assert expected == hours(with_holidays, date(2026, 4, 6), date(2026, 4, 7))  # Easter Monday


def test_single_dates_may_be_holidays() -> None:
    with_holidays = schedule(PEAK, REST, holidays={"calendar": "de", "treat_as": "sunday", "extra": ["2026-04-07"]})

    assert {"rest": 24} == hours(with_holidays, date(2026, 4, 7), date(2026, 4, 8))


def test_matrices_say_the_period_of_each_month_and_hour() -> None:
    day = [0] * 16 + [1] * 5 + [0] * 3
    matrix = schedule(
        {"name": "low"}, {"name": "high"}, weekday=[day] * 12, weekend=[[0] * 24] * 12, saturday=[[1] * 24] * 12
    )

    assert {"low": 19, "high": 5} == hours(matrix, date(2026, 3, 27), date(2026, 3, 28))
    assert {"high": 24} == hours(matrix, date(2026, 3, 28), date(2026, 3, 29))
    assert {"low": 23} == hours(matrix, date(2026, 3, 29), date(2026, 3, 30))


def test_a_border_inside_a_step_is_refused() -> None:
    half_hours = schedule({"name": "peak", "hours": ["16:30-21:00"]}, REST)

    with pytest.raises(InputError, match="inside a step of 60 min") as refused:
        period_map(half_hours, grid(date(2026, 6, 1), date(2026, 6, 2), BERLIN, 3600), "schedules.day")
    assert refused.value.path == "schedules.day.periods[0].hours[0]"
    assert {"peak": 4.5, "rest": 19.5} == hours(half_hours, date(2026, 6, 1), date(2026, 6, 2), minutes=15)


def test_a_period_is_active_on_all_days_of_its_season() -> None:
    summer = {"name": "summer_peak", "seasons": ["s"], "days": ["weekday"], "hours": ["16:00-21:00"]}
    seasonal = schedule(summer, REST, seasons={"s": {"from": "06-01", "until": "10-01"}})

    active = active_days(seasonal, Span(date(2026, 5, 25), date(2026, 6, 11)))

    assert 10 == len(active["summer_peak"])  # also the weekend in between: an allowance a day is for every day
    assert 17 == len(active["rest"])


def test_the_rest_is_not_active_where_other_periods_have_every_kind_of_day() -> None:
    seasonal = Schedule(
        seasons={"summer": Season(start="06-01", until="10-01")},
        periods=(
            Period(name="work", seasons=("summer",), days=("weekday",)),
            Period(name="week_end", seasons=("summer",), days=("weekend",)),
            Period(name="winter"),
        ),
    )

    assert () == active_days(seasonal, Span(date(2026, 6, 1), date(2026, 7, 1)))["winter"]


def test_a_span_is_cut_where_its_season_changes() -> None:
    seasonal = Schedule(
        seasons={"summer": Season(start="04-16", until="10-01")},
        periods=(Period(name="summer", seasons=("summer",)), Period(name="winter")),
    )
    span = Span(date(2026, 4, 1), date(2026, 5, 1))

    assert [Span(span.start, date(2026, 4, 16)), Span(date(2026, 4, 16), span.end)] == season_runs(seasonal, span)
