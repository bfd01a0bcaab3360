"""Index registers: from the last believed reading before a window to the first one after it."""

from datetime import date, timedelta

import numpy as np
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.flow.validate.index_registers import make_index_registers
from cloud_service.store.metering import interval_days, readings
from cloud_service.store.metering.register_rules import rules_of
from common.reading import Quality
from tests.cloud_service.plant import START_MS, add_meter, add_site
from tests.cloud_service.store.metering.rows import columns

MARCH = date(2026, 3, 1)
HOUR_MS = 3_600_000


@pytest.fixture
def register(owner: psycopg.Connection[object]) -> int:
    """Counts in hours, at a site that keeps UTC."""
    return add_meter(owner, "M1", add_site(owner, timezone="UTC"), step_s=3600)


def stored_window(session: Session, register: int, first: int, last: int) -> WindowDays:
    """The stored window of some days after the first of March."""
    span = MARCH + timedelta(days=first), MARCH + timedelta(days=last)
    (window,) = make_index_registers(session, rules_of(session, [register]), {register: span}, {})
    interval_days.store_days(session, window.days)
    return window


def read(session: Session, register: int, *points: tuple[int, int], first_sequence: int = 1) -> None:
    """Store (hours after the start, index) readings."""
    rows = [(START_MS + hours * HOUR_MS, value) for hours, value in points]
    readings.insert(session, columns(register, rows, first_sequence=first_sequence))


def test_a_window_reaches_back_to_the_last_believed_reading(session: Session, register: int) -> None:
    read(session, register, (0, 0), (12, 1200))
    stored_window(session, register, 0, 0)
    read(session, register, (60, 6000), first_sequence=3)
    window = stored_window(session, register, 2, 2)

    assert [MARCH + timedelta(days=n) for n in range(3)] == [day.day for day in window.days]
    assert 6000 == sum(day.total for day in window.days)  # a line between the readings, nothing lost


def test_a_window_reaches_on_to_the_next_reading(session: Session, register: int) -> None:
    read(session, register, (0, 0), (1, 100), (48, 4800))
    window = stored_window(session, register, 0, 0)

    assert [2400, 2400, 0] == [day.total for day in window.days]  # to the day that the next reading begins


def test_a_spike_is_set_aside_and_taken_out_when_it_turns_out_to_be_true(session: Session, register: int) -> None:
    read(session, register, (0, 1000), (1, 1100), (2, 900_000_000), (3, 1300), (24, 3400))
    window = stored_window(session, register, 0, 0)
    quarantined = session.execute(text("SELECT value, reason FROM quarantine WHERE resolved = ''"))

    assert [(900_000_000, "spike")] == [tuple(row) for row in quarantined]
    assert 2400 == window.days[0].total
    assert Quality.ESTIMATED == np.frombuffer(window.days[0].qualities, dtype=np.uint8)[1]


def test_a_register_with_a_problem_is_left_alone(session: Session, register: int) -> None:
    rules = rules_of(session, [register])

    assert [] == make_index_registers(session, rules, {register: (MARCH, MARCH)}, {register: "steps do not fit"})
