"""The readings next to the moment when a meter comes or goes: those that are believed, of this mount."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering import readings
from cloud_service.store.metering.entered_registers import entered_registers
from common.reading import Quality
from tests.cloud_service.plant import START, START_MS, add_meter, add_site
from tests.cloud_service.store.metering.rows import columns

HOUR_MS = 3_600_000
NOON = START + timedelta(hours=12)


@pytest.fixture
def register(owner: psycopg.Connection[object]) -> int:
    return add_meter(owner, "M1", add_site(owner, timezone="UTC"))


def around(session: Session, **since: object) -> tuple[int | None, int | None]:
    (meter,) = session.execute(text("SELECT id FROM meter")).scalars()
    (entered,) = entered_registers(session, meter, NOON, **since)  # type: ignore[arg-type]
    return entered.before.value if entered.before else None, entered.after.value if entered.after else None


def read(session: Session, register: int, hour: int, value: int, quality: Quality = Quality.ACTUAL) -> None:
    rows = [(START_MS + hour * HOUR_MS, value)]
    readings.insert(session, columns(register, rows, first_sequence=hour + 1, quality=quality))


def test_the_readings_before_and_after_a_moment(session: Session, register: int) -> None:
    for hour, value in ((9, 90), (11, 110), (12, 120), (14, 140), (15, 150)):
        read(session, register, hour, value)

    assert (110, 140) == around(session)
    assert (None, 140) == around(session, mounted=NOON - timedelta(minutes=30))


def test_estimates_and_what_is_in_quarantine_are_passed_over(session: Session, register: int) -> None:
    read(session, register, 9, 90)
    read(session, register, 10, 999)
    read(session, register, 11, 110, Quality.ESTIMATED)
    odd = (
        "INSERT INTO quarantine (gateway, reason, body, register_id, at, value)"
        " VALUES ('', 'spike', '', :register, :at, 999)"
    )
    session.execute(text(odd), {"register": register, "at": START + timedelta(hours=10)})

    assert (90, None) == around(session)
