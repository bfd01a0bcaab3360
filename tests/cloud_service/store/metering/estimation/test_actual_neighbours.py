"""The real readings next to a span: estimates, unsure clocks and what was taken back are none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from cloud_service.store.metering.estimation.actual_neighbours import actual_around
from tests.cloud_service.plant import add_meter, add_site

Owner = psycopg.Connection[Any]
FIRST = datetime(2026, 3, 10, tzinfo=UTC)
LAST = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.fixture
def register(owner: Owner) -> int:
    add_site(owner)
    owner.execute("SELECT ensure_reading_month('2026-03-01')")
    return add_meter(owner)


def put(owner: Owner, register: int, at: datetime, *, quality: int = 0, clock: int = 0, source: int = 1) -> None:
    owner.execute(
        "INSERT INTO reading (register_id, at, value, quality, time_quality, source, sequence)"
        " VALUES (%s, %s, 5, %s, %s, %s, (SELECT count(*) FROM reading))",
        (register, at, quality, clock, source),
    )


def ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def test_the_nearest_real_readings_are_found_over_estimates(session: Session, owner: Owner, register: int) -> None:
    hour = timedelta(hours=1)
    for hours, how in ((9, {}), (3, {"quality": 2}), (2, {"clock": 3}), (1, {}), (0, {})):
        put(owner, register, FIRST - hours * hour, **how)
        put(owner, register, LAST + hours * hour, **how)
    for at in (FIRST - hour, LAST + hour):
        put(owner, register, at, quality=4, source=0)

    around = actual_around(session, {register: (ms(FIRST), ms(LAST)), -1: (ms(FIRST), ms(LAST))})

    assert (ms(FIRST - 9 * hour), ms(LAST + 9 * hour)) == around[register]
    assert (None, None) == around[-1]
