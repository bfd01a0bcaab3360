"""Gaps with their causes: what a person said, what the calendar says, what is known of gateways."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine

from cloud_service.domain.metering.energy.windows import RegisterWindow, register_window
from cloud_service.flow.metering.energy_gaps import energy_gaps
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database.session import transaction
from cloud_service.store.metering import reading_rounds
from cloud_service.store.metering.energy.placed_registers import PlaceFilter, placed_registers
from cloud_service.store.scope import Scope
from common.period import Span
from tests.cloud_service.metered_house import MeteredHouse
from tests.cloud_service.plant import SpeakingGateway, add_gateway

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
SPAN = Span(date(2026, 5, 1), date(2026, 5, 11))


@pytest.fixture
def house(engine: Engine, owner: psycopg.Connection[Any]) -> MeteredHouse:
    house = MeteredHouse(engine, owner, zone="UTC")
    house.add_meter("M1", {"energy_import_total": {}})
    house.mount("M1", house.add_point("Flat"), datetime(2026, 1, 1, tzinfo=UTC))
    return house


def windows(house: MeteredHouse) -> list[RegisterWindow]:
    with transaction(house.engine) as session:
        placed = placed_registers(session, Scope(), PlaceFilter(), SPAN.start, SPAN.end)
    return [window for register in placed if (window := register_window(register, SPAN))]


def causes(house: MeteredHouse) -> list[tuple[str, str, int]]:
    validate_dirty(house.engine)
    with transaction(house.engine) as session:
        listed = energy_gaps(session, windows(house), NOW)
    return [(gap.cause, gap.why, gap.run.first.day) for gap in listed.gaps]


def read_each_month(house: MeteredHouse, last: datetime) -> None:
    house.read(1, *((last - timedelta(days=30 * n), 100 - n) for n in range(4)))


def test_a_meter_that_was_never_read_says_so(house: MeteredHouse) -> None:
    assert [("no_reading_yet", "", 1)] == causes(house)


def test_a_monthly_reading_is_not_due_before_a_month_is_over(house: MeteredHouse) -> None:
    read_each_month(house, datetime(2026, 5, 3, tzinfo=UTC))

    assert [("not_due", "", 3)] == causes(house)


def test_a_monthly_reading_that_is_late_is_missed(house: MeteredHouse) -> None:
    read_each_month(house, datetime(2026, 4, 1, tzinfo=UTC))

    assert [("no_file", "", 1)] == causes(house)


def test_who_stood_there_and_could_not_read_it_said_why(house: MeteredHouse) -> None:
    read_each_month(house, datetime(2026, 4, 1, tzinfo=UTC))
    with transaction(house.engine) as session:
        at = datetime(2026, 5, 6, 9, tzinfo=UTC)
        reading_rounds.add_visit(session, 1, "blocked", author="Ann", key=uuid4(), at=at)

    assert [("not_read", "blocked", 1)] == causes(house)


def test_a_refused_message_of_the_gateway_explains_its_gap(house: MeteredHouse) -> None:
    from cloud_service.flow.ingest import Ingester

    add_gateway(house.owner)
    gateway = SpeakingGateway()
    first_ms = int(datetime(2026, 5, 1, tzinfo=UTC).timestamp()) * 1000
    Ingester(house.engine, clock=lambda: NOW).take([gateway.says_catalog(), gateway.counts(96, first_ms=first_ms)])
    house.owner.execute("UPDATE gateway SET last_seen_at = %s", (NOW,))
    assert ["unknown"] == [cause for cause, _why, _day in causes(house)]

    house.owner.execute(
        "INSERT INTO quarantine (gateway, reason, body, created_at) VALUES ('gw-1', 'conflict', '', %s)",
        (datetime(2026, 5, 4, tzinfo=UTC),),
    )
    assert ["message_refused"] == [cause for cause, _why, _day in causes(house)]


def test_the_newest_are_listed_and_all_are_counted(house: MeteredHouse) -> None:
    house.add_meter("M2")
    house.mount("M2", house.add_point("Shop"), datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 6, tzinfo=UTC))
    with transaction(house.engine) as session:
        listed = energy_gaps(session, windows(house), NOW, most=1)
        nothing = energy_gaps(session, [], NOW)

    assert (2, ["M1"]) == (listed.count, [gap.window.register.meter for gap in listed.gaps])
    assert (0, ()) == (nothing.count, nothing.gaps)


def test_a_value_that_was_refused_goes_before_what_somebody_said_at_the_door(house: MeteredHouse) -> None:
    read_each_month(house, datetime(2026, 4, 1, tzinfo=UTC))
    at = datetime(2026, 5, 6, 9, tzinfo=UTC)
    house.owner.execute(
        "INSERT INTO quarantine (gateway, reason, body, register_id, at, value) VALUES ('', 'spike', '', 1, %s, 9)",
        (at,),
    )
    with transaction(house.engine) as session:
        reading_rounds.add_visit(session, 1, "blocked", author="Ann", key=uuid4(), at=at)

    assert [("refused", "", 1)] == causes(house)
