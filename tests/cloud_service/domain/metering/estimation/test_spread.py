"""Spans between readings of which only the sum is known."""

import pytest

from cloud_service.domain.metering.estimation.spread import spread_between
from cloud_service.domain.metering.vee.series import MountSpan, RegisterReadings, RegisterRules, readings

Q, H = 900_000, 3_600_000
RULES = RegisterRules(1, "index", 900, "UTC")
INTERVALS = RegisterRules(1, "interval", 900, "UTC")
DAY = (0, 24 * H)


def spread(given: RegisterReadings, rules: RegisterRules = RULES) -> list[tuple[int, int]]:
    return spread_between(rules, given, [(0, 24 * H)], DAY)


def test_between_readings_of_an_index_that_lie_more_than_a_step_apart() -> None:
    given = readings([0, 5 * H, 5 * H + Q, 24 * H], [0, 500, 600, 900])

    assert [(0, 5 * H), (5 * H + Q, 24 * H)] == spread(given)


def test_a_counter_that_stood_still_is_known() -> None:
    assert [(0, 5 * H)] == spread(readings([0, 5 * H, 24 * H], [0, 500, 500]))


def test_readings_a_step_apart_or_a_little_more_tell_all() -> None:
    times = [n * Q + (n % 3) * 60_000 for n in range(97)]

    assert [] == spread(readings(times, list(range(97))))


def test_an_unbelieved_reading_tells_nothing() -> None:
    assert [(0, 24 * H)] == spread(readings([-Q, 0, 12 * H, 24 * H], [0, 10, 10**12, 900]))


def test_the_indexes_of_a_mount_are_readings() -> None:
    mount = MountSpan(2 * H, 20 * H, opening=0, closing=700)
    rules = RegisterRules(1, "index", 900, "UTC", mounts=(mount,))

    assert [(2 * H, 9 * H), (9 * H, 20 * H)] == spread(readings([9 * H], [300]), rules)


@pytest.mark.parametrize(
    ("step_s", "count", "pieces"),
    [(900, 96, [(n * Q, (n + 1) * Q) for n in range(96)]), (3600, 24, [(n * H, (n + 1) * H) for n in range(24)])],
)
def test_intervals_tell_their_own_sums(step_s: int, count: int, pieces: list[tuple[int, int]]) -> None:
    given = readings(
        [(n + 1) * step_s * 1000 for n in range(count)], [100] * count, quality=[2] * count, step_s=[step_s] * count
    )

    assert pieces == spread(given, INTERVALS)


def test_without_readings_the_days_have_the_word() -> None:
    assert [(0, 24 * H)] == spread(readings([], []))
