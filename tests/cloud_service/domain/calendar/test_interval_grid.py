"""The steps of civil days, through clock changes."""

from datetime import date, timedelta

import pytest

from cloud_service.domain.calendar.interval_grid import grid
from common.period import Span

BERLIN = "Europe/Berlin"


def test_a_step_is_found_by_its_wall_clock() -> None:
    steps = grid(date(2026, 3, 29), date(2026, 3, 31), BERLIN, 900)

    assert 92 + 96 == steps.steps
    assert ["2026-03-29 01:45", "2026-03-29 03:00", "2026-03-30 00:00"] == [steps.wall(step) for step in (7, 8, 92)]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 3, 30), 24), (date(2026, 10, 25), 25)])
def test_a_day_has_the_hours_of_its_wall_clock(day: date, hours: int) -> None:
    assert hours == grid(day, day + timedelta(days=1), BERLIN, 3600).steps


def test_the_hour_that_comes_twice_has_its_minute_twice() -> None:
    steps = grid(date(2026, 10, 25), date(2026, 10, 26), BERLIN, 3600)

    assert [0, 60, 120, 120, 180] == steps.minute[:5].tolist()


def test_some_days_are_a_slice_of_the_steps() -> None:
    steps = grid(date(2026, 3, 28), date(2026, 3, 31), BERLIN, 3600)

    assert slice(24, 24 + 23) == steps.slice_of(Span(date(2026, 3, 29), date(2026, 3, 30)))
    assert [0, 24, 47, 71] == steps.day_first.tolist()


def test_a_zone_whose_clock_changes_at_midnight_has_no_first_hour() -> None:
    steps = grid(date(2026, 4, 24), date(2026, 4, 25), "Africa/Cairo", 3600)

    assert 23 == steps.steps
    assert "2026-04-24 01:00" == steps.wall(0)
