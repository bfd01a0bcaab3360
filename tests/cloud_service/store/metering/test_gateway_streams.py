"""Gateways and the positions of their streams."""

from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.stream_position import StreamPosition
from cloud_service.store.metering import gateway_streams
from cloud_service.store.metering.gateway_streams import NewGatewayRegister
from tests.cloud_service.plant import add_gateway, add_meter, add_site

Owner = psycopg.Connection[object]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REGISTER = NewGatewayRegister("M9", "energy_import_total", "active_energy", "import", "kWh", "index", billed=True)


def test_a_gateway_has_the_zone_of_its_site(session: Session, owner: Owner) -> None:
    gateway = add_gateway(owner, site=add_site(owner, timezone="Africa/Nairobi"), state="registered")
    (identity,) = gateway_streams.gateways(session, ["gw-1", "gw-2", "gw-1"]).values()

    assert (gateway, "gw-1", "registered", "Africa/Nairobi") == (
        identity.id, identity.name, identity.state, identity.zone,
    )  # fmt: skip


def test_a_stream_is_opened_once_and_begins_at_zero(session: Session, owner: Owner) -> None:
    gateway = add_gateway(owner)
    missing = gateway_streams.find_streams(session, [(gateway, 7)])
    first = gateway_streams.open_streams(session, [(gateway, 7), (gateway, 8)])

    assert {} == missing
    assert first == gateway_streams.open_streams(session, [(gateway, 8), (gateway, 7)])
    assert {first[gateway, 7]: StreamPosition()} == gateway_streams.positions(session, {first[gateway, 7]: 7})


def test_a_position_is_read_back_as_stored(session: Session, owner: Owner) -> None:
    gateway = add_gateway(owner)
    stream = gateway_streams.open_streams(session, [(gateway, 7)])[gateway, 7]
    position = StreamPosition(5, ((7, 9),), ((3, 3),))
    gateway_streams.store_positions(session, {stream: position})

    assert {stream: position} == gateway_streams.lock_positions(session, {stream: 7})


def test_a_stream_whose_number_names_another_epoch_is_left_out(session: Session, owner: Owner) -> None:
    gateway = add_gateway(owner)
    stream = gateway_streams.open_streams(session, [(gateway, 7)])[gateway, 7]

    assert {} == gateway_streams.positions(session, {stream: 8})
    assert {} == gateway_streams.lock_positions(session, {stream + 1: 7})


def test_a_catalog_is_kept_as_it_came_first(session: Session, owner: Owner) -> None:
    gateway = add_gateway(owner)
    stream = gateway_streams.open_streams(session, [(gateway, 7)])[gateway, 7]
    for version, payload in ((2, b"two"), (1, b"one"), (1, b"one again")):
        gateway_streams.add_catalog(session, stream, version, payload)

    assert {1: b"one", 2: b"two"} == gateway_streams.catalogs(session, stream)


def test_a_gateway_that_speaks_is_active_and_seen_every_ten_seconds(session: Session, owner: Owner) -> None:
    gateway = add_gateway(owner, state="registered")
    times = []
    for seconds in (0, 9, 11):
        gateway_streams.mark_seen(session, [gateway], NOON + timedelta(seconds=seconds))
        times.append(session.execute(text("SELECT last_seen_at FROM gateway")).scalar_one())

    assert [NOON, NOON, NOON + timedelta(seconds=11)] == times
    assert "active" == session.execute(text("SELECT state FROM gateway")).scalar_one()


def test_what_a_gateway_says_of_itself_is_merged(session: Session, owner: Owner) -> None:
    gateway = add_gateway(owner)
    gateway_streams.merge_health(session, {gateway: '{"status": 1, "report": 1}'})
    gateway_streams.merge_health(session, {gateway: '{"report": 2}'})

    assert {"status": 1, "report": 2} == session.execute(text("SELECT health FROM gateway")).scalar_one()


def test_a_meter_of_another_site_is_foreign_and_one_that_hangs_nowhere_is_not(session: Session, owner: Owner) -> None:
    here, there = add_site(owner, "Here"), add_site(owner, "There")
    add_meter(owner, "M1", here)
    add_meter(owner, "M2", there)
    owner.execute("INSERT INTO meter (name, serial) VALUES ('loose', 'loose')")

    assert ["M2"] == gateway_streams.foreign_meters(session, ["M1", "M2", "loose", "unknown"], here)


def test_a_loose_meter_is_of_the_gateway_that_spoke_of_it_first(session: Session, owner: Owner) -> None:
    here, there = add_site(owner, "Here"), add_site(owner, "There")
    first, second = add_gateway(owner, "gw-1", here), add_gateway(owner, "gw-2", there)
    owner.execute("INSERT INTO meter (name, serial) VALUES ('loose', 'loose')")
    for gateway in (first, second):
        gateway_streams.claim_meters(session, ["loose"], gateway)

    assert [[], ["loose"]] == [gateway_streams.foreign_meters(session, ["loose"], site) for site in (here, there)]


def test_registers_are_made_where_they_are_missing_and_stay_where_they_are(session: Session, owner: Owner) -> None:
    add_meter(owner, "M9", billed=False)
    gateway_streams.add_registers(session, [REGISTER])
    stays = session.execute(text("SELECT billed FROM register")).scalar_one()
    gateway_streams.add_registers(
        session, [NewGatewayRegister("M10", "volume_total", "volume", "import", "m3", "index", billed=True)]
    )
    rows = session.execute(
        text("SELECT m.serial, r.unit, r.billed FROM register r JOIN meter m ON m.id = r.meter_id ORDER BY r.id")
    )

    assert not stays
    assert [("M9", "kWh", False), ("M10", "m3", True)] == [tuple(row) for row in rows]


def test_what_was_refused_is_kept_with_its_reason_cut_to_a_page(session: Session) -> None:
    gateway_streams.quarantine(session, gateway="gw-1", topic="t", reason="conflict", detail="x" * 3000, body=b"\0")

    assert ("conflict", 2000, b"\0") == tuple(
        session.execute(text("SELECT reason, length(detail), body FROM quarantine")).one()
    )
