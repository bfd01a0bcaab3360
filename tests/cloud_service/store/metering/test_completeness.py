"""Completeness from the database: a gateway's silence and a meter's are told apart."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from cloud_service.flow.ingest import IncomingMessage, Ingester
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database.session import transaction
from cloud_service.store.metering.completeness import completeness
from common.message import Channel, DeviceHealth, Health, Topic, Up, encode
from common.period import Span
from tests.cloud_service.plant import START_MS, SpeakingGateway, add_gateway, add_meter, add_site

Owner = psycopg.Connection[Any]
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
SPAN = Span(date(2026, 3, 2), date(2026, 3, 4))


@pytest.fixture
def ingest(engine: Engine, owner: Owner) -> Ingester:
    add_site(owner)
    add_gateway(owner)
    add_meter(owner)
    ingest = Ingester(engine, clock=lambda: NOW)
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog(), gateway.counts(24 * 4 * 2, first_ms=START_MS)])  # to 3 March 00:00 UTC
    return ingest


def test_a_gap_before_validation_is_waiting_and_afterwards_has_another_cause(engine: Engine, ingest: Ingester) -> None:
    with transaction(engine) as session:
        assert "waiting" in {gap.cause for gap in completeness(session, SPAN, NOW)[0].gaps}
    validate_dirty(engine)

    with transaction(engine) as session:
        (measured,) = completeness(session, SPAN, NOW)

    assert (96 + 52, 1, "unknown") == (measured.expected, len(measured.gaps), measured.gaps[0].cause)
    assert measured.expected == measured.actual + measured.estimated + measured.missing


def test_a_silent_gateway_is_the_cause_when_it_is(engine: Engine, owner: Owner, ingest: Ingester) -> None:
    validate_dirty(engine)
    owner.execute("UPDATE gateway SET last_seen_at = %s", (NOW - timedelta(hours=10),))

    with transaction(engine) as session:
        assert ["gateway_silent"] == [gap.cause for gap in completeness(session, SPAN, NOW)[0].gaps]


def test_a_meter_that_does_not_answer_is_the_cause_when_its_gateway_says_so(engine: Engine, ingest: Ingester) -> None:
    validate_dirty(engine)
    device = DeviceHealth("M1", "bus", 10, 5, failing_since_ms=int(NOW.timestamp() * 1000) - 36_000_000)
    health = Health(1, 60, 40_000, 12, 1, 2, "ok", 0, 0, 0, 0, (device,))
    ingest.take([IncomingMessage(str(Topic("gw-1", Up.HEALTH)), encode(health))])

    with transaction(engine) as session:
        assert ["meter_unreachable"] == [gap.cause for gap in completeness(session, SPAN, NOW)[0].gaps]


def test_sequences_that_have_not_come_explain_the_gap_they_lie_in_and_no_other(
    engine: Engine, owner: Owner, ingest: Ingester
) -> None:
    add_meter(owner, "I", kind="interval", step_s=3600)
    gateway = SpeakingGateway(epoch=8, channels=[Channel("I", "energy_import_total", "kWh", "interval")])

    def hours(*numbers: int, first: int) -> IncomingMessage:
        return gateway.says(*((0, START_MS + hour * 3_600_000, 1000) for hour in numbers), first=first)

    ingest.take([gateway.says_catalog(), hours(*range(1, 11), first=1)])
    ingest.take([hours(*range(20, 25), first=20)])  # 11 to 19 have not come
    ingest.take([hours(*range(30, 35), first=25)])  # all have come, and still five hours are missing
    validate_dirty(engine)

    with transaction(engine) as session:
        gaps = completeness(session, Span(date(2026, 3, 1), SPAN.end), NOW, ["I"])[0].gaps

    inside = [
        (gap.steps, gap.cause) for gap in gaps if gap.start_ms > START_MS and gap.end_ms < START_MS + 34 * 3_600_000
    ]
    assert [(9, "on_the_gateway"), (5, "unknown")] == inside
