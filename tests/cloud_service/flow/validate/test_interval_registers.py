"""Interval registers: a day is made of the spans that touch it, and of nothing else."""

from datetime import date

import psycopg
from sqlalchemy.orm import Session

from cloud_service.flow.validate.interval_registers import make_interval_registers
from cloud_service.store.metering import readings
from cloud_service.store.metering.register_rules import rules_of
from tests.cloud_service.plant import START_MS, add_meter, add_site
from tests.cloud_service.store.metering.rows import columns

MARCH = date(2026, 3, 1)
HOUR_MS = 3_600_000


def test_the_span_that_ends_at_midnight_belongs_to_the_day_before(
    session: Session, owner: psycopg.Connection[object]
) -> None:
    register = add_meter(owner, "M1", add_site(owner, timezone="UTC"), kind="interval", step_s=3600)
    hours = [(START_MS + n * HOUR_MS, 10) for n in range(1, 25)]
    before, after = (START_MS, 7777), (START_MS + 25 * HOUR_MS, 8888)
    readings.insert(session, columns(register, [before, *hours, after], step_s=3600))
    (window,) = make_interval_registers(session, rules_of(session, [register]), {register: (MARCH, MARCH)}, {})

    assert (240, 0) == (window.days[0].total, window.days[0].missing)


def test_a_register_without_readings_has_a_day_of_holes(session: Session, owner: psycopg.Connection[object]) -> None:
    register = add_meter(owner, "M1", add_site(owner, timezone="UTC"), kind="interval", step_s=3600)
    (window,) = make_interval_registers(session, rules_of(session, [register]), {register: (MARCH, MARCH)}, {})

    assert (0, 24) == (window.days[0].total, window.days[0].missing)


def test_nothing_asked_needs_no_statement(session: Session) -> None:
    assert [] == make_interval_registers(session, {}, {}, {})
