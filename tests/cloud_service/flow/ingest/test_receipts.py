"""Receipts say what is committed, and ask for what a restored database has lost."""

import psycopg
from sqlalchemy.orm import Session

from cloud_service.domain.metering.stream_position import StreamPosition
from cloud_service.flow.ingest.messages import OutgoingMessage
from cloud_service.flow.ingest.receipts import CREDIT_READINGS, receipt, resend_requests
from cloud_service.store.metering import gateway_streams
from common.message import RANGES_MAX, Receipt, Status
from tests.cloud_service.plant import add_gateway, receipts

NOW_MS = 1_772_000_000_000


def read_receipt(reply: OutgoingMessage) -> Receipt:
    (message,) = receipts([reply])
    return message


def test_a_receipt_tells_how_far_a_stream_is_committed() -> None:
    message = read_receipt(receipt("gw-1", 7, StreamPosition(5, ((8, 9),)), now_ms=NOW_MS))

    assert (7, 5, 9, ((6, 7),)) == (message.epoch, message.contiguous, message.highest, message.gaps)
    assert (CREDIT_READINGS, NOW_MS, False) == (message.credit, message.now_ms, message.send_catalog)


def test_of_too_many_gaps_it_speaks_up_to_the_last_one_it_tells() -> None:
    spans = tuple((10 * n, 10 * n) for n in range(1, RANGES_MAX + 3))
    message = read_receipt(receipt("gw-1", 7, StreamPosition(1, spans), now_ms=NOW_MS))

    assert RANGES_MAX == len(message.gaps)
    assert 10 * RANGES_MAX == message.highest


def test_a_stream_behind_its_receipts_is_asked_for_the_difference(
    session: Session, owner: psycopg.Connection[object]
) -> None:
    add_gateway(owner)
    gateway = gateway_streams.gateways(session, ["gw-1"])["gw-1"]
    stream = gateway_streams.open_streams(session, [(gateway.id, 7)])[gateway.id, 7]
    gateway_streams.store_positions(session, {stream: StreamPosition(5, ((8, 9),))})
    online = Status("online", streams=((7, 12), (8, 3), (9, 0)))
    behind, unknown = (read_receipt(reply) for reply in resend_requests(session, [(gateway, online)], NOW_MS))

    assert (7, ((6, 7), (10, 12)), False) == (behind.epoch, behind.resend, behind.send_catalog)
    assert (8, ((1, 3),), True) == (unknown.epoch, unknown.resend, unknown.send_catalog)


def test_a_stream_that_is_not_behind_is_asked_for_nothing(session: Session, owner: psycopg.Connection[object]) -> None:
    add_gateway(owner)
    gateway = gateway_streams.gateways(session, ["gw-1"])["gw-1"]
    stream = gateway_streams.open_streams(session, [(gateway.id, 7)])[gateway.id, 7]
    gateway_streams.store_positions(session, {stream: StreamPosition(12)})

    assert [] == resend_requests(session, [(gateway, Status("online", streams=((7, 12),)))], NOW_MS)
    assert [] == resend_requests(session, [(gateway, Status("online"))], NOW_MS)
