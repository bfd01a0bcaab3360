"""What stored readings tell of the spans between them."""

from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy.orm import Session

from cloud_service.domain.rating.register_readings import EPOCH
from cloud_service.store.metering.estimation.spread_readings import spread_by_readings
from tests.cloud_service.plant import add_meter, add_site
from tests.cloud_service.store.metering.estimation.test_register_gaps import DAY, MARCH, put


def ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def test_each_register_has_the_spans_between_its_own_readings(
    session: Session, owner: psycopg.Connection[object]
) -> None:
    add_site(owner, timezone="UTC")
    first, second = add_meter(owner, "M1"), add_meter(owner, "M2")
    put(owner, first, 1, 4)
    put(owner, second, 2, 3, 9)
    estimated = [(ms(MARCH + DAY), ms(MARCH + 9 * DAY))]

    spans = spread_by_readings(session, dict.fromkeys((first, second), estimated), MARCH + DAY, MARCH + 5 * DAY)

    assert [(ms(MARCH + DAY), ms(MARCH + 4 * DAY))] == spans[first]
    assert [(ms(MARCH + 2 * DAY), ms(MARCH + 3 * DAY)), (ms(MARCH + 3 * DAY), ms(MARCH + 9 * DAY))] == spans[second]
    assert {} == spread_by_readings(session, {}, datetime(2026, 3, 1, tzinfo=UTC), MARCH)
