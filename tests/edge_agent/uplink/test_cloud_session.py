"""What is on its way and what was heard, of one connection."""

import pytest

from common.message import Lane, Receipt
from edge_agent.buffer import BufferStream
from edge_agent.buffer.ranges import Ranges
from edge_agent.uplink.cloud_session import OVERTAKEN_S, QUESTION_MAX_S, QUESTION_S, CloudSession, Flight

EPOCH = 77


def stream(*done: tuple[int, int]) -> BufferStream:
    return BufferStream(1, EPOCH, 100, Ranges(done))


def flight(
    first: int, last: int, *, stream_number: int = 1, lane: Lane | None = Lane.LIVE, sent_s: float = 0.0
) -> Flight:
    return Flight(stream_number, first, last, last - first + 1, lane, sent_s)


def spans(session: CloudSession) -> list[tuple[int, int]]:
    return [(flight.first, flight.last) for flight in session.flights]


def test_a_receipt_takes_off_what_it_covers_wholly() -> None:
    session = CloudSession(flights=[flight(1, 10), flight(11, 20)])
    assert session.land(stream((1, 15)), 15, now_s=1.0)
    assert [(11, 20)] == spans(session)


def test_rows_that_later_ones_have_overtaken_are_off_too_but_not_at_once() -> None:
    flights = [flight(1, 10), flight(11, 20), flight(21, 30)]
    early, late = CloudSession(flights=list(flights)), CloudSession(flights=list(flights))
    early.land(stream((11, 20)), 20, now_s=OVERTAKEN_S - 1)
    late.land(stream((11, 20)), 20, now_s=OVERTAKEN_S + 1)
    assert [[(1, 10), (21, 30)], [(21, 30)]] == [spans(early), spans(late)]


def test_a_receipt_that_covers_nothing_new_overtakes_nothing() -> None:
    session = CloudSession(flights=[flight(1, 10)])
    assert not session.land(stream((20, 30)), 30, now_s=99.0)
    assert [(1, 10)] == spans(session)


def test_receipts_of_one_stream_do_not_touch_another() -> None:
    session = CloudSession(flights=[flight(1, 10, stream_number=2)])
    assert not session.land(stream((1, 100)), 100, now_s=99.0)


def test_rows_in_flight_are_counted_by_lane_and_voids_not_at_all() -> None:
    session = CloudSession(flights=[flight(1, 10), flight(11, 15, lane=Lane.BACKLOG), flight(50, 60, lane=None)])
    assert (10, 5) == (session.rows_in_flight(Lane.LIVE), session.rows_in_flight(Lane.BACKLOG))


def test_one_message_is_taken_off_by_its_span() -> None:
    session = CloudSession(flights=[flight(1, 10), flight(1, 5)])
    session.forget_flight(1, 1, 10)
    assert [(1, 5)] == spans(session)


def test_what_was_sent_longer_ago_than_patience_lasts_is_owed_again() -> None:
    session = CloudSession(flights=[flight(1, 10, sent_s=0.0), flight(11, 20, sent_s=10.0)])
    assert [False, True] == [session.forget_late(30.0, 30.0), session.forget_late(30.1, 30.0)]
    assert [(11, 20)] == spans(session)


def test_a_silent_cloud_is_asked_ever_more_seldom_until_it_speaks() -> None:
    session, asked_at = CloudSession(catalogs={1: 5}), []
    for now_s in range(400):
        if session.is_silent(float(now_s)):
            asked_at.append(now_s)
            session.ask(float(now_s))
    assert ([6, 17, 38, 79, 140], {}) == (asked_at[:5], session.catalogs)
    assert QUESTION_MAX_S == session.question_s
    session.hear(stream(), Receipt(EPOCH, 0, 0), 400.0)
    assert (QUESTION_S, {1}) == (session.question_s, session.answered)


@pytest.mark.parametrize(("send_catalog", "left"), [(False, {1: 5}), (True, {})])
def test_catalogs_go_again_only_where_the_cloud_asks_for_them(send_catalog: bool, left: dict[int, int]) -> None:
    session = CloudSession(catalogs={1: 5})
    session.hear(stream(), Receipt(EPOCH, 0, 0, credit=500, send_catalog=send_catalog), 1.0)
    assert (left, 500) == (session.catalogs, session.credit)
