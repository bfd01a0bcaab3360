"""Interval registers: spans onto the grid, splits without loss, short holes filled, long ones told."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.interval import make_interval_days
from cloud_service.domain.metering.vee.series import DayWindow, MountSpan, RegisterRules, readings
from common.reading import Quality

HOUR_MS = 3_600_000
DAY = DayWindow((date(1970, 1, 1),), (0, 24 * HOUR_MS))
RULES = RegisterRules(1, "interval", 3600, "UTC")
A, S, E, M = Quality.ACTUAL, Quality.SUBSTITUTED, Quality.ESTIMATED, Quality.MISSING


def day_of(
    ends: list[float], values: list[int], *, quality: Sequence[int] | None = None, step_s: list[int] | None = None
) -> WindowDays:
    """A day from hours at which spans end, and what they counted."""
    given = readings([round(hour * HOUR_MS) for hour in ends], values, quality, step_s)
    return make_interval_days(RULES, DAY, given)


def steps(window: WindowDays) -> tuple[list[int], list[int]]:
    return np.frombuffer(window.days[0].values, dtype="<i8").tolist(), list(window.days[0].qualities)


def test_a_full_day_is_taken_as_it_is() -> None:
    assert (list(range(24)), [A] * 24) == steps(day_of(list(range(1, 25)), list(range(24))))


def test_finer_readings_make_a_finer_grid() -> None:
    window = day_of([n / 4 for n in range(1, 97)], [1] * 96, step_s=[900] * 96)

    assert (900, [1] * 96) == (window.days[0].step_s, steps(window)[0])


def test_a_day_on_which_the_step_changes_keeps_its_energy() -> None:
    ends, values, lengths = [1, 2, 2.25, 2.5, 2.75, 3], [10, 11, 1, 2, 3, 4], [3600, 3600, 900, 900, 900, 900]

    window = day_of([float(end) for end in ends], values, step_s=lengths)

    values_there, qualities = steps(window)
    assert (31, 900) == (window.days[0].total, window.days[0].step_s)
    assert [2, 3, 3, 2] == values_there[:4] or 10 == sum(values_there[:4])
    assert [E] * 8 + [A] * 4 == qualities[:12]


def test_spans_that_lie_askew_are_split_without_loss() -> None:
    ends = [hour + 0.5 for hour in range(24)]

    window = day_of(ends, [7] * 24)

    assert 7 * 24 - 7 // 2 - 1 <= window.days[0].total <= 7 * 24


def test_a_short_hole_is_filled_and_marked() -> None:
    ends = [end for end in range(1, 25) if end not in (6, 7)]

    values, qualities = steps(day_of([float(end) for end in ends], [100 if end < 6 else 130 for end in ends]))

    assert [100, 110, 120, 130] == values[4:8]
    assert [A, E, E, A] == qualities[4:8]


def test_a_long_hole_stays_missing() -> None:
    ends = [float(end) for end in range(1, 25) if not 5 < end < 10]

    window = day_of(ends, [100] * len(ends))

    assert (4, 2000) == (window.days[0].missing, window.days[0].total)


def test_missing_and_suspect_readings_are_holes() -> None:
    window = day_of([float(end) for end in range(1, 25)], [100] * 24, quality=[M] * 12 + [Quality.SUSPECT] * 12)

    assert (24, 0) == (window.days[0].missing, window.days[0].total)


def test_of_two_spans_that_overlap_the_shorter_one_counts() -> None:
    window = day_of([0.25, 0.5, 0.75, 1.0, 1.25, 2.0], [1, 2, 3, 4, 5, 99], step_s=[900] * 5 + [3600])

    assert 15 == window.days[0].total


def test_a_measured_span_goes_before_the_estimates_of_shorter_ones() -> None:
    window = day_of(
        [2, 2.25, 2.5, 2.75, 3, 4], [8, 1, 1, 1, 80, 8],
        quality=[A, E, E, E, A, A], step_s=[3600, 900, 900, 900, 3600, 3600],
    )  # fmt: skip

    assert 8 + 80 + 8 == window.days[0].total


def test_no_energy_is_lost_whatever_the_steps_of_a_day() -> None:
    for seed in range(300):
        dice = random.Random(seed)
        ends, lengths, at_s = [], [], 0
        while at_s < 86_400:
            length = dice.choice((300, 900, 1800, 3600))
            if at_s + length > 86_400 or at_s % length:
                continue
            at_s += length
            ends.append(at_s / 3600)
            lengths.append(length)
        values = [dice.randrange(5000) for _ in ends]

        window = day_of(ends, values, step_s=lengths)

        assert (sum(values), 0) == (window.days[0].total, window.days[0].missing), seed


def test_the_hour_in_which_the_meter_was_taken_down_is_filled_by_the_one_before_for_as_long_as_it_hung() -> None:
    down = RegisterRules(1, "interval", 3600, "UTC", mounts=(MountSpan(0, round(10.25 * HOUR_MS)),))

    def taken_down(hours: int, rules: RegisterRules = down) -> tuple[list[int], list[int]]:
        given = readings([hour * HOUR_MS for hour in range(1, hours + 1)], [8] * hours)
        return steps(make_interval_days(rules, DAY, given))

    values, qualities = taken_down(10)
    assert ([8] * 10 + [2], [A] * 10 + [E, M]) == (values[:11], qualities[:12])
    assert [A] * 11 == taken_down(11)[1][:11]  # it delivered that hour
    assert [A] * 8 + [M] * 4 == taken_down(8)[1][:12]  # it was silent before
    on_the_hour = RegisterRules(1, "interval", 3600, "UTC", mounts=(MountSpan(0, 10 * HOUR_MS),))
    assert [A] * 10 + [M] == taken_down(10, on_the_hour)[1][:11]


def test_a_clock_that_is_a_little_off_loses_no_interval() -> None:
    """Each second interval ends a tenth of a second late, others half a minute early."""
    ends = [hour + (0.1 / 3600 if hour % 2 else -30 / 3600) for hour in range(1, 25)]

    assert (list(range(24)), [A] * 24) == steps(day_of(ends, list(range(24))))


def test_an_interval_that_ends_a_minute_late_is_of_both_steps() -> None:
    window = day_of([2 + 1 / 60], [60])

    assert (60, [0, 59, 1]) == (window.days[0].total, steps(window)[0][:3])


WEEK = DayWindow(tuple(date(1970, 1, day) for day in range(1, 8)), tuple(range(0, 8 * 24 * HOUR_MS, 24 * HOUR_MS)))
DAY_S = 86_400


def week_of(*spans: tuple[float, float, int], mounts: tuple[MountSpan, ...] = (), quality: int = A) -> WindowDays:
    """A week from spans (first day, last day, counted)."""
    given = readings(
        [round(end * 24 * HOUR_MS) for _, end, _ in spans],
        [counted for _, _, counted in spans],
        [quality] * len(spans),
        [round((end - start) * DAY_S) for start, end, _ in spans],
    )
    return make_interval_days(replace(RULES, mounts=mounts), WEEK, given)


def test_what_days_and_weeks_counted_is_spread_over_their_hours_and_keeps_its_sum() -> None:
    window = week_of((0, 1, 2400), (1, 7, 7201))

    assert ([2400, 7201], {3600}) == (
        [window.days[0].total, sum(day.total for day in window.days[1:])],
        {day.step_s for day in window.days},
    )
    assert {E} == {quality for day in window.days for quality in day.qualities}
    assert [(0, 24 * HOUR_MS), (24 * HOUR_MS, 7 * 24 * HOUR_MS)] == [
        (day.entry.at_ms, day.exit.at_ms) for day in (window.days[0], window.days[3]) if day.entry and day.exit
    ]


def test_a_month_that_ends_behind_the_window_gives_its_share() -> None:
    window = week_of((-3.5, 10.5, 14_000))

    assert 7000 == sum(day.total for day in window.days)


def test_a_month_in_which_the_meter_came_or_went_lies_within_its_mount() -> None:
    came = week_of((-23, 7, 500), mounts=(MountSpan(2 * 24 * HOUR_MS),))
    went = week_of((0, 30, 500), mounts=(MountSpan(-(2**40), 5 * 24 * HOUR_MS),))

    assert [0, 0, 100, 100, 100, 100, 100] == [day.total for day in came.days]
    assert [100, 100, 100, 100, 100, 0, 0] == [day.total for day in went.days]


def test_the_end_of_a_month_is_not_moved_to_the_grid() -> None:
    window = week_of((0.1, 5.1, 500), (5.1, 10.1, 1000))

    assert [90, 100, 100, 100, 100, 190, 200] == [day.total for day in window.days]


def test_a_long_interval_that_ends_a_little_off_the_grid_ends_there() -> None:
    hour = 1 / 24
    window = week_of((hour - 10, hour, 2400), (hour, hour + 10, 24_000))

    assert [10 + 2300, 2400] == [day.total for day in window.days[:2]]


def test_days_alone_are_laid_onto_hours_too() -> None:
    window = week_of(*((day, day + 1, 240) for day in range(7)))

    assert ({3600}, {240}) == ({day.step_s for day in window.days}, {day.total for day in window.days})
