"""Energy adds up: steps sum to last less first index, exactly, over ten thousand random lives of a register."""

import random
from datetime import timedelta

import numpy as np
import pytest

from cloud_service.domain.metering.vee import index
from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.series import DayWindow, RegisterDay, RegisterRules
from common.period import intervals_in_day
from tests.cloud_service.domain.metering.vee.histories import History, history, window

FEW, MANY = 600, 10_000


def window_days(
    history: History, points: list[tuple[int, int, int]] | None = None, span: DayWindow | None = None
) -> WindowDays:
    (result,) = index.make_days([index.IndexJob(history.rules, span or window(history.rules), history.given(points))])
    return result


def total(days: list[RegisterDay]) -> int:
    return sum(day.total for day in days)


def check(seed: int, *, by_day: bool = True) -> None:
    """All that must hold of one history; making it day by day once more is what costs most."""
    past = history(seed)
    whole = window_days(past)
    assert past.total == total(whole.days), seed
    for day in whole.days:
        values = np.frombuffer(day.values, dtype="<i8")
        assert intervals_in_day(day.day, past.rules.zone, day.step_s) == len(values) == len(day.qualities)
        assert day.total == int(values.sum())
        assert (values >= 0).all(), seed
    assert not by_day or whole.days == pieces(past), seed
    assert past.total == total(window_days(past, thinned(past, seed)).days), seed


def pieces(past: History) -> list[RegisterDay]:
    """The same days made one by one, each from the readings around it only, as they are made day by day in life."""
    whole = window(past.rules)
    days: list[RegisterDay] = []
    for number, day in enumerate(whole.days):
        starts = whole.starts_ms[number : number + 2]
        before = [point for point in past.points if point[0] <= starts[0]][-1:]
        inside = [point for point in past.points if starts[0] < point[0] <= starts[1]]
        after = [point for point in past.points if point[0] > starts[1]][:1]
        days += window_days(past, [*before, *inside, *after], DayWindow((day,), starts)).days
    return days


def thinned(past: History, seed: int) -> list[tuple[int, int, int]]:
    """The history with a part of its readings lost: where energy fell may change, how much may not.

    A reading next to a rollover stays, or the turn could not be seen.
    """
    dice = random.Random(seed)
    turning = {
        place
        for place in range(1, len(past.points))
        for place in (place - 1, place)
        if past.points[max(place, 1)][1] < past.points[max(place, 1) - 1][1]
        or (place + 1 < len(past.points) and past.points[place + 1][1] < past.points[place][1])
    }
    return [point for place, point in enumerate(past.points) if place in turning or dice.random() < 0.5]


@pytest.mark.slow
def test_energy_adds_up_in_hundreds_of_random_histories() -> None:
    for seed in range(FEW):
        check(seed)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_energy_adds_up_in_ten_thousand_random_histories() -> None:
    for seed in range(FEW, MANY):
        check(seed, by_day=seed % 8 == 0)


def test_many_registers_in_one_sweep_are_what_each_is_alone() -> None:
    histories = [history(seed) for seed in range(200)]
    jobs = [index.IndexJob(past.rules, window(past.rules), past.given()) for past in histories]

    assert [window_days(past) for past in histories] == index.make_days(jobs)


def test_a_register_without_any_reading_is_missing_and_not_zero() -> None:
    rules = RegisterRules(1, "index", 900, "Europe/Berlin")

    (result,) = index.make_days([index.IndexJob(rules, window(rules), History(rules, [], 0).given())])

    assert [intervals_in_day(day.day, "Europe/Berlin", 900) for day in result.days] == [
        day.missing for day in result.days
    ]
    assert timedelta(days=8).days == len(result.days)
