"""The gaps of a register from what is stored of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from sqlalchemy.orm import Session

from cloud_service.store.metering.estimation.register_gaps import gaps
from tests.cloud_service.plant import add_meter, add_site

Owner = psycopg.Connection[Any]
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def put(owner: Owner, register: int, *days: int) -> None:
    owner.execute("SELECT ensure_reading_month('2026-03-01')")
    for day in days:
        owner.execute(
            "INSERT INTO reading (register_id, at, value, quality, source, sequence) VALUES (%s, %s, %s, 0, 1, %s)",
            (register, MARCH + day * DAY, 1000 * day, day),
        )


def finished(owner: Owner, register: int, day: date, qualities: bytes) -> None:
    values = np.zeros(len(qualities), dtype="<i8").tobytes()
    owner.execute(
        'INSERT INTO interval_day (register_id, day, step_s, "values", qualities, total)'
        " VALUES (%s, %s, 3600, %s, %s, 0)",
        (register, day, values, qualities),
    )


def test_an_index_has_gaps_between_and_behind_its_readings_up_to_the_last_whole_step(
    session: Session, owner: Owner
) -> None:
    add_site(owner, timezone="UTC")
    register = add_meter(owner)
    put(owner, register, 0, 3)

    rules, (between, behind) = gaps(session, register, MARCH + DAY, MARCH + 5 * DAY + timedelta(minutes=20))

    assert ("index", 3000) == (rules.kind, between.known_energy)
    assert timedelta(days=2, minutes=15) == timedelta(milliseconds=behind.length_ms)


def test_days_that_are_measured_step_by_step_have_none(session: Session, owner: Owner) -> None:
    add_site(owner, timezone="UTC")
    register = add_meter(owner)
    put(owner, register, 0, 1)
    finished(owner, register, MARCH.date(), bytes(24))

    assert [] == gaps(session, register, MARCH, MARCH + DAY)[1]


def test_an_interval_register_has_gaps_by_its_days(session: Session, owner: Owner) -> None:
    add_site(owner, timezone="UTC")
    register = add_meter(owner, kind="interval", step_s=3600)
    finished(owner, register, MARCH.date(), bytes([0] * 20 + [4] * 4))

    _rules, (gap,) = gaps(session, register, MARCH, MARCH + 2 * DAY)

    assert (20 + 8, 20) == (gap.length_ms // 3_600_000, (gap.start_ms - int(MARCH.timestamp()) * 1000) // 3_600_000)


def test_a_maximum_is_not_estimated(session: Session, owner: Owner) -> None:
    add_site(owner, timezone="UTC")

    assert [] == gaps(session, add_meter(owner, kind="maximum", unit="kW"), MARCH, MARCH + DAY)[1]
