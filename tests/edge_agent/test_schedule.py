"""The poll grid: aligned to the wall, steady through steps of the clock, gentle with silent meters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.schedule import PROBE_S, QUIET_AFTER, PollSchedule, last_due_ms, next_due_ms, on_grid, wait_ms

NOON_MS = 1_790_000_100_000 // 900_000 * 900_000  # a quarter hour


@given(st.integers(0, 2**45), st.sampled_from([1, 5, 60, 900, 3600]))
def test_the_next_instant_is_on_the_grid_and_after_now(now_ms: int, interval_s: int) -> None:
    due = next_due_ms(now_ms, interval_s)
    assert 0 == due % (interval_s * 1000)
    assert now_ms < due <= now_ms + interval_s * 1000
    assert last_due_ms(now_ms, interval_s) == due - interval_s * 1000


def test_a_round_at_the_quarter_hour_is_on_the_billing_grid() -> None:
    assert on_grid(NOON_MS, 900)
    assert not on_grid(NOON_MS + 60_000, 900)


def test_a_meter_is_asked_at_every_instant_of_its_grid() -> None:
    schedule = PollSchedule(60)
    schedule.plan(NOON_MS)
    assert not schedule.is_due(NOON_MS + 59_999)
    assert schedule.is_due(NOON_MS + 60_000)


@pytest.mark.parametrize("jump_s", [-7200, -86_400, 3600, 10 * 365 * 86_400])
def test_a_step_of_the_clock_delays_a_poll_by_one_interval_at_most(jump_s: int) -> None:
    schedule = PollSchedule(60)
    schedule.plan(NOON_MS)
    now_ms = NOON_MS + jump_s * 1000

    assert not schedule.is_due(now_ms)
    assert schedule.is_due(now_ms + 60_000)


def test_a_silent_meter_is_asked_seldom_and_as_before_when_it_returns() -> None:
    schedule = PollSchedule(1)
    schedule.failures = QUIET_AFTER
    schedule.plan(NOON_MS + 1)
    asked_ms = schedule.due_ms
    assert NOON_MS < asked_ms <= NOON_MS + PROBE_S * 1000
    schedule.plan(asked_ms)
    assert asked_ms + PROBE_S * 1000 == schedule.due_ms

    schedule.failures = 0
    schedule.plan(schedule.due_ms)
    assert asked_ms + PROBE_S * 1000 + 1000 == schedule.due_ms


def test_a_late_poll_does_not_skip_the_instant_that_passed_meanwhile() -> None:
    schedule = PollSchedule(60, due_ms=NOON_MS)
    schedule.plan(NOON_MS + 61_000)
    assert NOON_MS + 60_000 == schedule.due_ms
    assert schedule.is_due(NOON_MS + 61_000)

    schedule.plan(NOON_MS + 62_000)
    assert NOON_MS + 120_000 == schedule.due_ms


def test_instants_missed_long_ago_are_not_made_up_for() -> None:
    schedule = PollSchedule(60, due_ms=NOON_MS)
    schedule.plan(NOON_MS + 200_000)

    assert NOON_MS + 240_000 == schedule.due_ms


def test_waiting_is_short_enough_to_notice_a_step() -> None:
    schedules = [PollSchedule(60, due_ms=NOON_MS + 300), PollSchedule(60, due_ms=NOON_MS + 50_000)]
    assert 300 == wait_ms(schedules, NOON_MS)
    assert 1000 == wait_ms(schedules[1:], NOON_MS)
    assert 0 == wait_ms(schedules, NOON_MS + 400)
    assert 1000 == wait_ms([], NOON_MS)
