"""Readings as received between two instants, with which one counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import Engine

from cloud_service.store.database.session import transaction
from cloud_service.store.lookups.received_readings import readings_between
from common.reading import Quality
from tests.cloud_service.metered_house import MeteredHouse

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_of_two_at_one_instant_the_measured_one_counts(engine: Engine, owner: psycopg.Connection[Any]) -> None:
    house = MeteredHouse(engine, owner)
    register = house.add_meter("M")["energy_import_total"]
    house.read(register, (AT, 5), (AT + timedelta(hours=1), 6))
    house.read(register, (AT, 7), quality=Quality.ESTIMATED)
    with transaction(engine) as session:
        readings = list(readings_between(session, register, (AT, AT + timedelta(hours=1))))

    assert {(5, True), (7, False)} == {(reading.value, reading.counts) for reading in readings}
