"""What a round sets aside, and how much of it is kept."""

from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.ingest.messages import BadMessageError, IncomingMessage
from cloud_service.flow.ingest.round import (
    QUARANTINED_BYTES_PER_DAY,
    QUARANTINED_PER_MINUTE,
    IngestRound,
    MessageQuarantine,
)
from cloud_service.store.metering import gateway_streams
from tests.cloud_service.plant import add_gateway, rejections

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BAD = IncomingMessage("ebs/1/gw-1/up/live", b"\0")


def quarantined(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM quarantine")).scalar_one())


def test_only_a_known_gateway_that_is_not_revoked_may_speak(
    session: Session, owner: psycopg.Connection[object]
) -> None:
    add_gateway(owner, "gw-1")
    add_gateway(owner, "gw-2", state="revoked")
    work = IngestRound(session, NOON, gateway_streams.gateways(session, ["gw-1", "gw-2"]))

    assert [True, False, False] == [work.may_speak(name) for name in ("gw-1", "gw-2", "gw-3")]


def test_a_gateway_that_sends_nothing_but_garbage_fills_no_disk(session: Session) -> None:
    quarantine, work = MessageQuarantine(), IngestRound(session, NOON, {})
    for _ in range(QUARANTINED_PER_MINUTE + 5):
        quarantine.keep(work, BAD, BadMessageError("conflict", "again"))
    of_first_minute = quarantined(session)
    work.now += timedelta(minutes=1)
    quarantine.keep(work, BAD, BadMessageError("conflict", "again"))

    assert (QUARANTINED_PER_MINUTE, QUARANTINED_PER_MINUTE + 1) == (of_first_minute, quarantined(session))
    assert QUARANTINED_PER_MINUTE + 6 == work.outcome.refused == len(rejections(work.outcome.replies))


def test_large_bad_messages_fill_no_disk_either(session: Session) -> None:
    quarantine, work = MessageQuarantine(), IngestRound(session, NOON, {})
    large = IncomingMessage("ebs/1/gw-1/up/live", bytes(QUARANTINED_BYTES_PER_DAY // 4))
    for _ in range(6):
        quarantine.keep(work, large, BadMessageError("conflict", "again"))
    other = IncomingMessage("ebs/1/gw-2/up/live", b"0")
    quarantine.keep(work, other, BadMessageError("conflict", "again"))
    assert 5 == quarantined(session)

    work.now += timedelta(days=1)
    quarantine.keep(work, large, BadMessageError("conflict", "again"))
    assert 6 == quarantined(session)


def test_a_stranger_is_told_nothing(session: Session) -> None:
    work = IngestRound(session, NOON, {})
    MessageQuarantine().keep(work, BAD, BadMessageError("unknown_gateway", "no gateway gw-1 is registered"))
    MessageQuarantine().keep(work, IncomingMessage("nonsense", b""), BadMessageError("bad_topic", "no gateway"))

    assert ([], 2, 2) == (work.outcome.replies, work.outcome.refused, quarantined(session))


def test_text_that_postgresql_cannot_hold_is_kept_all_the_same(session: Session) -> None:
    work = IngestRound(session, NOON, {})
    MessageQuarantine().keep(work, IncomingMessage("a\0b", b"\0"), BadMessageError("bad_topic", "topic a\0b"))

    assert ("a?b", "topic a?b") == tuple(session.execute(text("SELECT topic, detail FROM quarantine")).one())
