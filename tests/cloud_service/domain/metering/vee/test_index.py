"""Index registers on the grid: off-grid readings, gaps, exchanges, edges."""

from datetime import date

import numpy as np

from cloud_service.domain.metering.vee import index
from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.series import DayWindow, MountSpan, RegisterRules, readings
from common.reading import Quality

HOUR_MS = 3_600_000
DAY = DayWindow((date(1970, 1, 1),), (0, 24 * HOUR_MS))
RULES = RegisterRules(1, "index", 3600, "UTC")
A, S, E, M = Quality.ACTUAL, Quality.SUBSTITUTED, Quality.ESTIMATED, Quality.MISSING


def day_of(
    points: list[tuple[float, int]], *, rules: RegisterRules = RULES, quality: list[int] | None = None
) -> WindowDays:
    """A day from (hour, index) pairs."""
    at_ms, value = [round(hour * HOUR_MS) for hour, _ in points], [value for _, value in points]
    (result,) = index.make_days([index.IndexJob(rules, DAY, readings(at_ms, value, quality))])
    return result


def steps(window: WindowDays) -> tuple[list[int], list[int]]:
    return np.frombuffer(window.days[0].values, dtype="<i8").tolist(), list(window.days[0].qualities)


def test_readings_on_the_grid_are_subtracted() -> None:
    values, qualities = steps(day_of([(hour, 100 * hour) for hour in range(25)]))

    assert ([100] * 24, [A] * 24) == (values, qualities)


def test_readings_beside_the_grid_are_interpolated_and_lose_nothing() -> None:
    window = day_of([(hour + 0.01, 100 * hour) for hour in range(-1, 26)])

    values, qualities = steps(window)
    assert [100] * 24 == values
    assert [A] * 24 == qualities


def test_a_gap_is_spread_evenly_and_marked() -> None:
    values, qualities = steps(day_of([(hour, 100 * hour) for hour in range(25) if not 5 < hour < 9]))

    assert 2400 == sum(values)
    assert [A] * 5 + [E] * 4 + [A] * 15 == qualities


def test_a_gap_whose_energy_does_not_divide_loses_no_thousandth() -> None:
    values, _ = steps(day_of([(0, 0), (3, 100), (24, 107)]))

    assert (107, [33, 34, 33]) == (sum(values), values[:3])


def test_before_the_first_and_after_the_last_reading_nothing_is_known() -> None:
    window = day_of([(2.5, 1000), (3, 1050), (4, 1150), (4.5, 1200)])

    values, qualities = steps(window)
    assert [0, 0, 50, 100, 50, 0] == values[:6]
    assert [M, M, E, A, E, M] == qualities[:6]
    assert (200, 21) == (window.days[0].total, window.days[0].missing)


def test_a_meter_exchange_between_two_steps_counts_both_meters() -> None:
    rules = RegisterRules(
        1,
        "index",
        3600,
        "UTC",
        mounts=(MountSpan(0, round(10.5 * HOUR_MS), 0, 1050), MountSpan(round(10.5 * HOUR_MS), 24 * HOUR_MS, 7, 1357)),
    )
    points = [(hour, 100 * hour) for hour in range(1, 11)] + [(hour, 7 + 100 * hour - 1050) for hour in range(11, 24)]

    window = day_of([(float(hour), value) for hour, value in points], rules=rules)

    assert ([100] * 24, [A] * 24) == steps(window)
    assert window.rejected == []


def test_outside_its_mounts_a_meter_counts_nothing_and_nothing_is_missing() -> None:
    rules = RegisterRules(1, "index", 3600, "UTC", mounts=(MountSpan(6 * HOUR_MS, 12 * HOUR_MS, 0, 600),))

    values, qualities = steps(day_of([(hour, 100 * (hour - 6)) for hour in range(24)], rules=rules))

    assert [0] * 6 + [100] * 6 + [0] * 12 == values
    assert [A] * 24 == qualities


def test_a_rollover_is_counted_through() -> None:
    rules = RegisterRules(1, "index", 3600, "UTC", digits=3)
    points = [(hour, (999_000 + 100 * hour) % 1_000_000) for hour in range(25)]

    assert [100] * 24 == steps(day_of([(float(hour), value) for hour, value in points], rules=rules))[0]


def test_qualities_of_readings_reach_the_steps_they_bound() -> None:
    qualities = steps(
        day_of([(hour, hour) for hour in range(25)], quality=[S if hour == 5 else A for hour in range(25)])
    )[1]

    assert [A] * 4 + [S] * 2 + [A] * 18 == qualities


def test_entry_and_exit_are_the_believed_readings_around_the_day() -> None:
    (day,) = day_of([(-2, 50), (5, 100), (23, 300), (25, 400)]).days

    assert (50, 300, 2) == (day.entry and day.entry.value, day.exit and day.exit.value, day.count)
