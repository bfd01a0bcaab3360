"""The step in which a meter was really read, where its register says a shorter one."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from cloud_service.domain.metering.vee.own_step import with_own_step
from cloud_service.domain.metering.vee.series import DayWindow, RegisterRules, readings
from common.period import day_start

BERLIN = RegisterRules(1, "index", 900, "Europe/Berlin")
DAYS = (date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26))


def window(zone: str = "Europe/Berlin", days: tuple[date, ...] = DAYS) -> DayWindow:
    return DayWindow(days[:-1], tuple(int(day_start(day, zone).timestamp()) * 1000 for day in days))


def step_s(minutes: list[int], rules: RegisterRules = BERLIN, days: DayWindow | None = None) -> int:
    """The step that readings at some minutes after the window's start have."""
    days = days or window()
    at_ms = [days.start_ms + minute * 60_000 for minute in minutes]
    return with_own_step(rules, days, readings(at_ms, list(range(len(at_ms))))).step_s


@pytest.mark.parametrize("every", [15, 30, 60])
def test_readings_that_come_regularly_tell_their_own_step(every: int) -> None:
    assert every * 60 == step_s(list(range(0, 49 * 60 + 1, every)))


def test_a_few_holes_and_a_reading_off_the_grid_do_not_matter() -> None:
    hours = [minute for minute in range(0, 49 * 60 + 1, 60) if minute not in {600, 660}]

    assert 3600 == step_s(sorted([*hours, 20 * 60 + 7]))


@pytest.mark.parametrize(
    "minutes",
    [
        list(range(0, 49 * 60 + 1, 5)),  # more often: the register says how exact days are
        list(range(0, 600, 60)),  # too few
        [*range(0, 1470, 15), *range(1470, 49 * 60 + 1, 30)],  # mixed
        list(range(9, 49 * 60, 60)),  # not on the hour
        list(range(0, 49 * 60 + 1, 45)),  # no step of ours
        [0, 49 * 60],
        [],
    ],
    ids=["often", "few", "mixed", "askew", "odd", "by hand", "none"],
)
def test_others_keep_the_register_s(minutes: list[int]) -> None:
    assert 900 == step_s(minutes)


def test_an_hour_that_does_not_fit_the_day_gives_way_to_half_of_it() -> None:
    lord_howe = window("Australia/Lord_Howe", (date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 6)))
    hourly = RegisterRules(1, "index", 3600, "Australia/Lord_Howe")

    assert 1800 == step_s(list(range(0, 48 * 60, 60)), hourly, lord_howe)
    assert [24, 24.5] == [(after - before) / 3_600_000 for before, after in pairwise(lord_howe.starts_ms)]
    assert datetime(2026, 4, 3, 13, tzinfo=UTC).timestamp() * 1000 == lord_howe.start_ms
