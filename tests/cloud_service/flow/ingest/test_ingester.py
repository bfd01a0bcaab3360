"""Messages in, readings and receipts out: each reading once, each bad message aside, the next one flows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from cloud_service.flow.ingest import IncomingMessage, Ingester
from common.errors import UnavailableError
from common.message import Channel, Down, Health, Lane, Receipt, Status, Topic, Up, Void, encode
from tests.cloud_service.flow.conftest import NOW
from tests.cloud_service.plant import (
    START_MS,
    SpeakingGateway,
    add_gateway,
    add_meter,
    add_site,
    receipts,
    rejections,
    stored,
    value_of,
)

Owner = psycopg.Connection[Any]


def test_a_batch_is_stored_and_receipted(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()

    outcome = ingest.take([gateway.says_catalog(), gateway.counts(96)])

    (receipt,) = receipts(outcome.replies)
    assert (96, 96, ()) == (receipt.contiguous, receipt.highest, receipt.gaps)
    assert (7, int(NOW.timestamp() * 1000)) == (receipt.epoch, receipt.now_ms)
    assert [(n, START_MS + (n - 1) * 900_000, (999 + n) * 1000) for n in range(1, 97)] == stored(owner)


def test_the_same_batch_again_changes_nothing_and_is_receipted_again(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    batch = gateway.counts(96)
    ingest.take([gateway.says_catalog(), batch])
    before = stored(owner)

    outcome = ingest.take([batch, batch])

    assert (0, 192, 0) == (outcome.stored, outcome.repeated, outcome.refused)
    assert 96 == receipts(outcome.replies)[0].contiguous
    assert before == stored(owner)


def test_the_same_batch_twice_in_one_go_is_stored_once(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    batch = gateway.counts(50)

    outcome = ingest.take([gateway.says_catalog(), batch, batch, gateway.counts(10), batch])

    assert (60, 100, 0) == (outcome.stored, outcome.repeated, outcome.refused)
    assert 60 == len(stored(owner))


def test_a_batch_that_overlaps_stores_only_what_is_new(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog(), gateway.counts(10)])
    numbers = list(range(6, 16))
    again = gateway.batch(numbers, [(0, START_MS + (n - 1) * 900_000, (999 + n) * 1000) for n in numbers])

    outcome = ingest.take([again])

    assert (5, 5) == (outcome.stored, outcome.repeated)
    assert list(range(1, 16)) == [sequence for sequence, _, _ in stored(owner)]


def test_what_lies_beyond_a_gap_is_stored_and_the_gap_is_told(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    first, lost, last = gateway.counts(10), gateway.counts(5), gateway.counts(10)

    outcome = ingest.take([gateway.says_catalog(), last, first])

    (receipt,) = receipts(outcome.replies)
    assert (10, 25, ((11, 15),)) == (receipt.contiguous, receipt.highest, receipt.gaps)

    (receipt,) = receipts(ingest.take([lost]).replies)
    assert (25, 25, ()) == (receipt.contiguous, receipt.highest, receipt.gaps)
    assert 25 == len(stored(owner))


def test_the_same_sequence_with_other_content_raises_an_alarm(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog(), gateway.counts(10)])
    forged = gateway.batch([10], [(0, START_MS + 9 * 900_000, 5_000_000)])

    outcome = ingest.take([forged])

    (rejection,) = rejections(outcome.replies)
    assert ("conflict", 7, 10, 10) == (
        rejection.code,
        rejection.epoch,
        rejection.first_sequence,
        rejection.last_sequence,
    )
    assert "conflict" == value_of(owner, "SELECT reason FROM quarantine")
    assert 1_009_000 == stored(owner)[-1][2]


def test_a_conflict_within_one_transaction_is_found_too(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    batch = gateway.counts(10)
    forged = gateway.batch([10], [(0, START_MS + 9 * 900_000, 5_000_000)])

    outcome = ingest.take([gateway.says_catalog(), batch, forged])

    assert (10, 1) == (outcome.stored, outcome.conflicts)
    assert 10 == len(stored(owner))


def test_a_new_card_begins_a_new_epoch_and_loses_nothing(ingest: Ingester, owner: Owner) -> None:
    old, new = SpeakingGateway(epoch=7), SpeakingGateway(epoch=8)
    ingest.take([old.says_catalog(), old.counts(10)])

    outcome = ingest.take([new.says_catalog(), new.counts(10, first_ms=START_MS + 20 * 900_000)])

    assert 10 == outcome.stored
    assert 20 == len(stored(owner))


def test_given_up_sequences_are_no_gap_but_welcome_should_they_come(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    first, lost, last = gateway.counts(10), gateway.counts(5), gateway.counts(10)
    void = IncomingMessage(str(Topic("gw-1", Up.VOID)), encode(Void(7, ((11, 15),), "thinned")))

    (receipt,) = receipts(ingest.take([gateway.says_catalog(), first, last, void]).replies)
    assert (25, ()) == (receipt.contiguous, receipt.gaps)

    outcome = ingest.take([lost])
    assert (5, 0) == (outcome.stored, outcome.refused)
    assert 0 == ingest.take([lost]).stored
    assert 25 == len(stored(owner))


def test_a_batch_without_its_catalog_is_asked_for_the_catalog(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    batch = gateway.counts(10)

    (receipt,) = receipts(ingest.take([batch]).replies)
    assert (True, 0) == (receipt.send_catalog, receipt.contiguous)
    assert [] == stored(owner)

    assert 10 == ingest.take([gateway.says_catalog(), batch]).stored


def test_a_batch_waits_a_moment_for_a_catalog_that_another_process_has(
    engine: Engine, owner: Owner, ingest: Ingester
) -> None:
    gateway = SpeakingGateway()
    batch = gateway.counts(10)
    patient = Ingester(engine, clock=lambda: NOW, hold_s=60)

    outcome = patient.take([batch])
    assert ([], [batch]) == (outcome.replies, outcome.held)

    ingest.take([gateway.says_catalog()])
    assert 10 == patient.take(outcome.held).stored


def test_catalogs_outlive_the_process(engine: Engine, ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog()])

    assert 10 == Ingester(engine, clock=lambda: NOW).take([gateway.counts(10)]).stored


def test_a_catalog_may_grow_but_not_change_its_mind(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog(), gateway.counts(4)])
    gateway.channels, gateway.version = (*gateway.channels, Channel("M2", "energy_import_total", "kWh", "index")), 2

    assert 2 == ingest.take([gateway.says_catalog(), gateway.says((0, NOW_MS, 1), (1, NOW_MS, 2))]).stored

    gateway.channels, gateway.version = tuple(reversed(gateway.channels)), 3
    outcome = ingest.take([gateway.says_catalog()])
    assert "conflict" == rejections(outcome.replies)[0].code


NOW_MS = int(NOW.timestamp() * 1000)


def test_unknown_registers_are_made_and_only_totals_are_billed(ingest: Ingester, owner: Owner) -> None:
    channels = (
        Channel("M1", "voltage_l1", "V", "instant"),
        Channel("M9", "energy_export_total", "kWh", "index"),
        Channel("M9", "energy_import_l1", "kWh", "index"),
    )
    gateway = SpeakingGateway(channels=channels)

    ingest.take([gateway.says_catalog(), gateway.says((0, NOW_MS, 230_000), (1, NOW_MS, 5), (2, NOW_MS, 6))])

    registers = owner.execute(
        "SELECT t.name, r.name, r.quantity, r.direction, r.kind, r.billed"
        " FROM register r JOIN meter t ON t.id = r.meter_id WHERE r.name <> 'energy_import_total' ORDER BY 1, 2"
    ).fetchall()
    assert [
        ("M1", "voltage_l1", "other", "none", "instant", False),
        ("M9", "energy_export_total", "active_energy", "export", "index", True),
        ("M9", "energy_import_l1", "active_energy", "import", "index", False),
    ] == registers
    assert 3 == len(stored(owner))


def test_a_gateway_has_no_business_with_the_meters_of_another_site(ingest: Ingester, owner: Owner) -> None:
    add_meter(owner, "FAR", add_site(owner, "Elsewhere"))
    gateway = SpeakingGateway(channels=(Channel("FAR", "energy_import_total", "kWh", "index"),))

    outcome = ingest.take([gateway.says_catalog(), gateway.counts(3)])

    assert "foreign_meter" == rejections(outcome.replies)[0].code
    assert [] == stored(owner)


def test_two_sites_whose_gateways_call_a_meter_the_same_never_share_a_register(ingest: Ingester, owner: Owner) -> None:
    add_gateway(owner, "gw-b", site=add_site(owner, "Elsewhere"))
    main = (Channel("main", "energy_import_total", "kWh", "index"),)
    here, there = SpeakingGateway(channels=main), SpeakingGateway(name="gw-b", channels=main)
    first = ingest.take([here.says_catalog(), here.counts(2)])
    second = ingest.take([there.says_catalog(), there.counts(3, start=700_000)])

    assert [] == rejections(first.replies)
    assert "foreign_meter" == rejections(second.replies)[0].code
    assert [1_000_000, 1_001_000] == [value for _sequence, _at, value in stored(owner)]


def test_a_meter_goes_to_another_site_s_gateway_when_the_first_is_revoked(ingest: Ingester, owner: Owner) -> None:
    add_gateway(owner, "gw-b", site=add_site(owner, "Elsewhere"))
    main = (Channel("main", "energy_import_total", "kWh", "index"),)
    ingest.take([SpeakingGateway(channels=main).says_catalog()])
    owner.execute("UPDATE gateway SET state = 'revoked' WHERE name = 'gw-1'")
    there = SpeakingGateway(name="gw-b", channels=main)

    assert [] == rejections(ingest.take([there.says_catalog(), there.counts(3)]).replies)
    assert 3 == len(stored(owner))


def test_a_gateway_that_wrote_before_its_meter_was_mounted_elsewhere_is_stopped(
    engine: Engine, ingest: Ingester, owner: Owner
) -> None:
    main = (Channel("main", "energy_import_total", "kWh", "index"),)
    gateway = SpeakingGateway(channels=main)
    ingest.take([gateway.says_catalog(), gateway.counts(2)])
    elsewhere = add_site(owner, "Elsewhere")
    owner.execute(
        "WITH p AS (INSERT INTO service_point (site_id, name) VALUES (%s, 'Flat') RETURNING id)"
        " INSERT INTO meter_mount (meter_id, service_point_id, during)"
        " SELECT m.id, p.id, tstzrange('2020-01-01', NULL) FROM meter m, p WHERE m.name = 'main'",
        (elsewhere,),
    )
    later = Ingester(engine, clock=lambda: NOW)  # what it knew of the catalog is over
    outcome = later.take([gateway.counts(3)])

    assert 2 == len(stored(owner))
    assert [(2, True)] == [(receipt.contiguous, receipt.send_catalog) for receipt in receipts(outcome.replies)]
    assert "foreign_meter" == rejections(later.take([gateway.says_catalog()]).replies)[0].code


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("ebs/1/gw-1/up/backlog", b"", "bad_frame"),
        ("ebs/1/gw-1/up/backlog", b'{"json": "bomb"}', "bad_frame"),
        ("ebs/1/gw-1/up/backlog", bytes(300_000), "too_large"),
        ("ebs/1/gw-1/up/nonsense", b"x", "unknown_kind"),
        ("ebs/2/gw-1/up/backlog", b"x", "unknown_version"),
        ("ebs/1/gw-1/up/receipt", b"x", "unknown_kind"),
        ("ebs/1/\u0000/up/backlog", b"x", "bad_topic"),
        ("something/else", b"x", "bad_topic"),
    ],
)
def test_a_bad_message_is_set_aside_and_the_next_one_flows(
    ingest: Ingester, owner: Owner, topic: str, payload: bytes, reason: str
) -> None:
    gateway = SpeakingGateway()

    outcome = ingest.take([gateway.says_catalog(), IncomingMessage(topic, payload), gateway.counts(10)])

    assert (10, 1) == (outcome.stored, outcome.refused)
    assert (reason, payload) == (
        value_of(owner, "SELECT reason FROM quarantine"),
        value_of(owner, "SELECT body FROM quarantine"),
    )


def test_a_receipt_from_a_gateway_is_none_of_its_business(ingest: Ingester, owner: Owner) -> None:
    outcome = ingest.take([IncomingMessage(str(Topic("gw-1", Down.RECEIPT)), encode(Receipt(7, 1, 1)))])

    assert (1, "unknown_kind") == (outcome.refused, value_of(owner, "SELECT reason FROM quarantine"))


def test_a_batch_made_for_another_gateway_is_refused(ingest: Ingester, owner: Owner) -> None:
    add_gateway(owner, "gw-2")
    gateway, other = SpeakingGateway("gw-1"), SpeakingGateway("gw-2")
    ingest.take([gateway.says_catalog(), other.says_catalog()])

    outcome = ingest.take([IncomingMessage(gateway.counts(1).topic, other.counts(5).payload)])

    assert "bad_digest" == rejections(outcome.replies)[0].code
    assert [] == stored(owner)


def test_nobody_listens_to_an_unknown_gateway(ingest: Ingester, owner: Owner) -> None:
    stranger = SpeakingGateway("gw-x")

    outcome = ingest.take([stranger.says_catalog(), stranger.counts(5)])

    assert ([], 2) == (outcome.replies, outcome.refused)
    assert ["unknown_gateway"] * 2 == [row[0] for row in owner.execute("SELECT reason FROM quarantine").fetchall()]


def test_a_revoked_gateway_is_cut_off_at_once(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog(), gateway.counts(5)])
    owner.execute("UPDATE gateway SET state = 'revoked'")

    outcome = ingest.take([gateway.counts(5)])

    assert ("revoked", 5) == (rejections(outcome.replies)[0].code, len(stored(owner)))


@pytest.mark.parametrize("at", [datetime(1970, 1, 2, tzinfo=UTC), NOW + timedelta(days=2)])
def test_readings_of_a_clock_that_was_never_set_are_set_aside(ingest: Ingester, owner: Owner, at: datetime) -> None:
    gateway = SpeakingGateway()

    outcome = ingest.take([gateway.says_catalog(), gateway.says((0, int(at.timestamp() * 1000), 1))])

    assert ("bad_time", []) == (rejections(outcome.replies)[0].code, stored(owner))


def test_a_flood_of_nonsense_fills_no_disk(ingest: Ingester, owner: Owner) -> None:
    outcome = ingest.take([IncomingMessage("ebs/1/gw-1/up/live", b"x")] * 500)

    assert (500, 200) == (outcome.refused, value_of(owner, "SELECT count(*) FROM quarantine"))


def test_days_that_readings_touch_are_marked_by_the_site_s_calendar(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    midnight = datetime(2026, 3, 9, 23, tzinfo=UTC)  # of 10 March in Berlin
    readings = [(0, int((midnight + timedelta(hours=hours)).timestamp()) * 1000, 1) for hours in (-1, 0)]

    ingest.take([gateway.says_catalog(), gateway.says(*readings)])

    days = {row[0] for row in owner.execute("SELECT day FROM dirty_day").fetchall()}
    assert {date(2026, 3, 9), date(2026, 3, 10)} == days


def test_status_and_health_are_kept_with_the_gateway(ingest: Ingester, owner: Owner) -> None:
    status = IncomingMessage(str(Topic("gw-1", Up.STATUS)), encode(Status("online", agent="1.0")))
    health = IncomingMessage(
        str(Topic("gw-1", Up.HEALTH)), encode(Health(NOW_MS, 60, 40_000, 12, 1, 2, "ok", 0, 0, 0, 0))
    )

    ingest.take([status, health])

    stored_health = value_of(owner, "SELECT health FROM gateway")
    assert ("online", 12) == (stored_health["status"]["state"], stored_health["report"]["pending_rows"])
    assert value_of(owner, "SELECT last_seen_at FROM gateway") == NOW


def test_a_restored_cloud_asks_for_what_a_gateway_holds_receipts_for(ingest: Ingester, owner: Owner) -> None:
    old, new = SpeakingGateway(epoch=7), SpeakingGateway(epoch=8)
    new.counts(1)
    beyond_a_gap = new.counts(9)
    ingest.take([old.says_catalog(), old.counts(10), new.says_catalog(), beyond_a_gap])
    held = Status("online", streams=((6, 20), (7, 10), (8, 13), (9, 0)))

    (never_heard_of, behind) = receipts(ingest.take([says_status(held)]).replies)

    assert (6, 0, ((1, 20),), True) == resend_of(never_heard_of)
    assert (8, 0, ((1, 1), (11, 13)), False) == resend_of(behind)
    assert [] == ingest.take([says_status(Status("lost", streams=((6, 20),)))]).replies


def test_a_restored_database_may_give_a_stream_s_number_to_another(
    engine: Engine, ingest: Ingester, owner: Owner
) -> None:
    first, second, third = (SpeakingGateway(epoch=epoch) for epoch in (7, 8, 9))
    ingest.take([first.says_catalog()])
    owner.execute("DELETE FROM stream_catalog")
    owner.execute("DELETE FROM stream")
    owner.execute("ALTER SEQUENCE stream_id_seq RESTART")
    Ingester(engine, clock=lambda: NOW).take([second.says_catalog()])  # by another process

    (send_catalog,) = receipts(ingest.take([first.counts(10)]).replies)
    outcome = ingest.take([first.says_catalog(), first.counts(10), third.says_catalog(), second.counts(10)])

    assert send_catalog.send_catalog
    assert (20, 0) == (outcome.stored, outcome.refused)
    assert [("7", 10), ("8", 10)] == owner.execute(
        "SELECT epoch, count(*) FROM reading JOIN stream ON stream.id = source GROUP BY 1 ORDER BY 1"
    ).fetchall()


def says_status(status: Status) -> IncomingMessage:
    return IncomingMessage(str(Topic("gw-1", Up.STATUS)), encode(status))


def resend_of(receipt: Receipt) -> tuple[int, int, tuple[tuple[int, int], ...], bool]:
    return receipt.epoch, receipt.contiguous, receipt.resend, receipt.send_catalog


def test_live_and_backlog_of_a_stream_share_its_position(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    old = gateway.counts(10)
    live = gateway.says((0, NOW_MS, 99), lane=Lane.LIVE)

    (receipt,) = receipts(ingest.take([gateway.says_catalog(), live]).replies)
    assert ((1, 10),) == receipt.gaps
    (receipt,) = receipts(ingest.take([old]).replies)
    assert 11 == receipt.contiguous


def test_a_message_that_the_database_refuses_is_set_aside_and_may_come_again(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog()])
    batch = gateway.counts(10)
    owner.execute("REVOKE INSERT ON reading FROM energy_app")

    outcome = ingest.take([batch])
    assert (0, 1, "refused") == (outcome.stored, outcome.refused, value_of(owner, "SELECT reason FROM quarantine"))

    owner.execute("GRANT INSERT ON reading TO energy_app")
    assert 10 == ingest.take([batch]).stored


def test_a_dead_connection_in_the_middle_says_try_again(
    ingest: Ingester, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog()])
    batch = gateway.counts(10)

    def cut(*_: Any) -> None:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )

    with monkeypatch.context() as patch:
        patch.setattr(
            "cloud_service.store.metering.dirty_days.mark_dirty", cut
        )  # after the readings went in, before the commit
        with pytest.raises(UnavailableError):
            ingest.take([batch])

    assert [] == stored(owner)
    assert (10, 10) == (ingest.take([batch]).stored, len(stored(owner)))


def test_receipts_are_made_after_the_commit_only(
    ingest: Ingester, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog()])
    seen: list[int] = []
    monkeypatch.setattr(ingest, "_answer", lambda *_: seen.append(len(stored(owner))))

    ingest.take([gateway.counts(10)])

    assert [10] == seen


def test_a_message_that_no_code_of_ours_expects_keeps_no_other_back(
    ingest: Ingester, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway, other = SpeakingGateway(), SpeakingGateway(name="gw-2")
    add_gateway(owner, "gw-2")
    meaning = type(ingest.catalogs).meaning

    def fails(catalogs: Any, session: Any, identity: Any, *arguments: Any) -> Any:
        if identity.name == "gw-2":
            raise ZeroDivisionError("a fault of ours")
        return meaning(catalogs, session, identity, *arguments)

    monkeypatch.setattr(type(ingest.catalogs), "meaning", fails)
    outcome = ingest.take([gateway.says_catalog(), other.says_catalog(), other.counts(3), gateway.counts(4)])

    assert (4, 1) == (outcome.stored, outcome.refused)
    assert [("gw-2", "fault")] == owner.execute("SELECT gateway, reason FROM quarantine").fetchall()
    assert "ZeroDivisionError: a fault of ours" in value_of(owner, "SELECT detail FROM quarantine")
