import pytest

from edge_agent.drivers.lines.modbus_pace import (
    GAP_MAX_S,
    GIVEN_UP_AFTER,
    LATE_MAX_S,
    PATIENT_EVERY,
    SHRINK_AFTER,
    LinePace,
)

BYTE_S = 10 / 9600


def serial_pace() -> LinePace:
    return LinePace(timeout_s=1.0, byte_s=BYTE_S)


def test_an_unknown_meter_gets_the_whole_time() -> None:
    assert 1.0 == serial_pace().timeout_s(1)


def test_a_meter_that_answers_fast_is_waited_for_less() -> None:
    pace = serial_pace()
    for _ in range(10):
        pace.answered(1, 0.03)

    assert 0.15 < pace.timeout_s(1) < 0.4
    assert 1.0 == pace.timeout_s(2)


def test_a_meter_that_missed_once_gets_the_whole_time_again() -> None:
    pace = serial_pace()
    pace.answered(1, 0.03)
    pace.missed(1)

    assert 1.0 == pace.timeout_s(1)


def test_a_meter_that_is_given_up_costs_what_it_usually_took_and_now_and_then_the_whole_limit() -> None:
    pace = serial_pace()
    for _ in range(10):
        pace.answered(1, 0.03)
    usual_s = pace.timeout_s(1)
    for _ in range(GIVEN_UP_AFTER):
        pace.missed(1)
    waits = []
    for _ in range(PATIENT_EVERY):
        waits.append(pace.timeout_s(1))
        pace.missed(1)

    assert {usual_s, 1.0} == set(waits)
    assert 1 == waits.count(1.0)


def test_a_meter_that_never_answered_gets_the_whole_time_however_often_it_is_asked() -> None:
    pace = serial_pace()
    for _ in range(GIVEN_UP_AFTER + 1):
        pace.missed(1)

    assert pace.given_up(1)
    assert 1.0 == pace.timeout_s(1)


def test_a_slow_meters_profile_may_ask_for_more_than_the_line_gives() -> None:
    pace = serial_pace()
    pace.learn_rules(1, timeout_ms=3000, gap_ms=5)

    assert 3.0 == pace.timeout_s(1)


def test_long_answers_get_their_time_on_the_wire() -> None:
    pace = serial_pace()

    assert pytest.approx(200 * BYTE_S) == pace.answer_s(1, 8, 100) - pace.answer_s(1, 8, 0)


def test_a_miss_after_another_meter_was_asked_widens_the_pause_up_to_a_limit() -> None:
    pace = serial_pace()
    pace.answered(1, 0.03)
    before = pace.gap_s
    for _ in range(20):
        pace.answered(1, 0.03)
        pace.answered(2, 0.03)
        pace.missed(1)

    assert before < pace.gap_s <= GAP_MAX_S


def test_a_meter_that_never_answered_says_nothing_about_the_pause() -> None:
    pace = serial_pace()
    pace.answered(1, 0.03)
    before = pace.gap_s
    pace.missed(9)

    assert before == pace.gap_s


def test_a_learned_pause_shrinks_again_when_all_is_well() -> None:
    pace = serial_pace()
    pace.gap_s = 0.2
    for _ in range(SHRINK_AFTER):
        pace.answered(1, 0.03)

    assert pytest.approx(0.18) == pace.gap_s


def test_the_length_of_a_probe_is_one_that_nothing_is_owed_of() -> None:
    pace = serial_pace()
    for count in (1, 2, 4):
        pace.owe(7, count)

    assert 3 == pace.free_length(7)
    assert 1 == pace.free_length(8)


def test_debts_are_forgotten_after_a_minute_or_when_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("edge_agent.drivers.lines.modbus_pace.time.monotonic", lambda: now[0])
    pace = serial_pace()
    pace.owe(1, 10)
    assert pace.owed(1)
    pace.settled(1)
    assert not pace.owed(1)

    pace.owe(1, 10)
    now[0] += LATE_MAX_S + 1
    assert not pace.owed(1)
