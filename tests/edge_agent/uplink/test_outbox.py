"""What is sent when: live first, backlog against credit, everything until its receipt, nothing for ever in a loop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.message import Batch, Catalog, Receipt, Rejection, Up, Void, decode
from common.reading import TimeQuality
from edge_agent.buffer import BufferGuard, BufferSample
from edge_agent.buffer.retention import prune, thin
from edge_agent.uplink.cloud_session import OVERTAKEN_S
from edge_agent.uplink.outbox import BATCH_ROWS, HOLD_REJECTED_S, PATIENCE_S, UplinkMessage, UplinkOutbox


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[BufferGuard]:
    opened = BufferGuard(tmp_path, boot_id="boot")
    opened.buffer.channel("m", "import", "kWh", "index", 0)
    yield opened
    opened.close()


def fill(guard: BufferGuard, rows: int, *, time_quality: int = 0, grid: bool = True) -> None:
    first = guard.buffer.current.last
    guard.append([BufferSample(0, n, 10**12 + n, n, 0, time_quality, grid) for n in range(first + 1, first + rows + 1)])


def connected(guard: BufferGuard) -> UplinkOutbox:
    outbox = UplinkOutbox(guard, "gw")
    outbox.connected(0.0)
    return outbox


def receipt(guard: BufferGuard, contiguous: int, *, credit: int = 10_000, **more: object) -> Receipt:
    fields = {"highest": contiguous, **more}
    return Receipt(guard.buffer.current.epoch, contiguous, credit=credit, **fields)  # type: ignore[arg-type]


def sent(outbox: UplinkOutbox, now_s: float = 0.0) -> list[UplinkMessage]:
    messages = []
    while message := outbox.next(now_s):
        messages.append(message)
    return messages


def spans(messages: list[UplinkMessage]) -> list[tuple[str, int, int]]:
    """(kind, first sequence, number of rows) of each batch."""
    batches = [(m.kind.value, decode(m.kind, m.payload)) for m in messages if m.kind in (Up.LIVE, Up.BACKLOG)]
    return [(kind, b.first_sequence, b.count) for kind, b in batches if isinstance(b, Batch)]


def test_the_catalog_comes_before_any_reading(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 1)
    catalog, batch = sent(outbox)
    assert (Up.CATALOG, Up.LIVE) == (catalog.kind, batch.kind)
    assert isinstance(decode(catalog.kind, catalog.payload), Catalog)


def test_the_backlog_waits_for_the_first_receipt_and_keeps_to_its_credit(guard: BufferGuard) -> None:
    fill(guard, 5000)
    outbox = connected(guard)
    assert [] == spans(sent(outbox))

    outbox.receipt(receipt(guard, 0, credit=2500), 1.0)
    assert [("backlog", 1, BATCH_ROWS), ("backlog", BATCH_ROWS + 1, 500)] == spans(sent(outbox, 1.0))

    outbox.receipt(receipt(guard, BATCH_ROWS, credit=2500), 1.0)
    assert [("backlog", 2501, BATCH_ROWS)] == spans(sent(outbox, 1.0))


def test_live_readings_overtake_the_backlog(guard: BufferGuard) -> None:
    fill(guard, 5000)
    outbox = connected(guard)
    sent(outbox)
    outbox.receipt(receipt(guard, 0), 1.0)
    fill(guard, 3)

    message = outbox.next(1.0)

    assert message is not None
    assert [("live", 5001, 3)] == spans([message])


def test_what_got_no_receipt_is_sent_again_ever_more_slowly(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 2)
    sent(outbox)
    outbox.receipt(receipt(guard, 0), 0.0)
    assert [] == spans(sent(outbox, PATIENCE_S - 1))
    assert [("backlog", 1, 2)] == spans(sent(outbox, PATIENCE_S + 1))
    assert [] == spans(sent(outbox, PATIENCE_S * 2))
    assert [("backlog", 1, 2)] == spans(sent(outbox, PATIENCE_S * 4))


def test_a_batch_that_later_ones_have_overtaken_is_sent_again_soon(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 2)
    sent(outbox)
    fill(guard, 2)
    sent(outbox, 1.0)
    outbox.receipt(receipt(guard, 0, highest=4, gaps=((1, 2),)), OVERTAKEN_S + 1)
    assert [("backlog", 1, 2)] == spans(sent(outbox, OVERTAKEN_S + 1))


def test_a_new_connection_starts_from_the_last_receipt(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 10)
    sent(outbox)
    outbox.receipt(receipt(guard, 4), 1.0)

    outbox.connected(2.0)
    outbox.receipt(receipt(guard, 4), 2.0)

    assert [("backlog", 5, 6)] == spans(sent(outbox, 2.0))


def test_only_gaps_are_sent_again(guard: BufferGuard) -> None:
    fill(guard, 10)
    outbox = connected(guard)
    outbox.receipt(receipt(guard, 3, highest=9, gaps=((5, 6),)), 1.0)
    assert [("backlog", 5, 2), ("backlog", 10, 1)] == spans(sent(outbox, 1.0))


def test_undated_readings_wait_for_the_clock(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 2, time_quality=TimeQuality.UNKNOWN)
    assert [] == spans(sent(outbox))

    guard.buffer.date_boot(10**12)

    assert [("live", 1, 2)] == spans(sent(outbox))


def test_thinned_readings_are_told_as_void(guard: BufferGuard) -> None:
    fill(guard, 5, grid=False)
    fill(guard, 1)
    thin(guard.buffer)
    outbox = connected(guard)
    outbox.receipt(receipt(guard, 0), 1.0)
    messages = sent(outbox, 1.0)
    (void,) = [decode(m.kind, m.payload) for m in messages if m.kind is Up.VOID]
    assert isinstance(void, Void)
    assert (((1, 5),), "thinned") == (void.ranges, void.reason)
    assert [("backlog", 6, 1)] == spans(messages)


def test_a_rejected_batch_is_kept_and_does_not_come_at_once_again(guard: BufferGuard) -> None:
    fill(guard, 4)
    outbox = connected(guard)
    outbox.receipt(receipt(guard, 0), 1.0)
    sent(outbox, 1.0)
    outbox.rejection(Rejection("unknown_version", "why", "backlog", guard.buffer.current.epoch, 1, 4), 1.0)
    fill(guard, 1)

    assert [("live", 5, 1)] == spans(sent(outbox, 2.0))
    assert ("backlog", 1, 4) not in spans(sent(outbox, PATIENCE_S * 3))
    assert [("backlog", 1, 5)] == spans(sent(outbox, HOLD_REJECTED_S + 2))
    assert (1, 5) == (outbox.rejections, guard.buffer.current.pending)


def test_one_bad_reading_does_not_hold_up_the_rest_of_its_batch(guard: BufferGuard) -> None:
    """The cloud refuses whole batches; halving finds the guilty reading and everything else gets through."""
    guilty, epoch = 700, guard.buffer.current.epoch
    fill(guard, 1500)
    outbox = connected(guard)
    outbox.receipt(receipt(guard, 0), 1.0)
    for _ in range(40):
        for _, first, rows in spans(sent(outbox, 1.0)):
            last = first + rows - 1
            if first <= guilty <= last:
                outbox.rejection(Rejection("bad_time", "why", "backlog", epoch, first, last), 1.0)
            else:
                guard.buffer.receive(guard.buffer.current, [(first, last)])

    assert [(1, guilty - 1), (guilty + 1, 1500)] == list(guard.buffer.current.done)
    assert outbox.rejections <= 12


def test_a_silent_cloud_is_asked_ever_more_seldom(guard: BufferGuard) -> None:
    fill(guard, 1)
    outbox = connected(guard)
    questions = [now_s for now_s in range(300) if any(m.kind is Up.CATALOG for m in sent(outbox, float(now_s)))]
    assert questions[0] == 0
    assert 5 <= len(questions) <= 9


def test_a_restored_cloud_is_noticed_and_gets_the_rest_again(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 100)
    sent(outbox)
    outbox.receipt(receipt(guard, 100, now_ms=1_000_000), 1.0)
    outbox.receipt(receipt(guard, 40, now_ms=1_010_000), 2.0)  # may be a straggler of another subscriber
    assert [] == spans(sent(outbox, 2.0))
    assert not outbox.restored

    outbox.receipt(receipt(guard, 40, now_ms=1_100_000), 90.0)

    assert [("backlog", 41, 60)] == spans(sent(outbox, 90.0))
    assert outbox.restored


def test_a_stream_that_owes_nothing_is_asked_for_when_its_receipt_falls_behind(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 100)
    guard.replace("the disk failed")
    while guard.salvage_step():
        pass
    sent(outbox)
    old = guard.buffer.streams[1]
    outbox.receipt(Receipt(old.epoch, 100, 100, (), 10_000, 1_000_000), 1.0)
    outbox.receipt(Receipt(old.epoch, 40, 70, ((41, 60),), 10_000, 1_010_000), 2.0)  # may be a straggler
    assert [] == sent(outbox, 3.0)

    (question,) = sent(outbox, 64.0)
    assert (Up.CATALOG, old.epoch) == (question.kind, decode(Up.CATALOG, question.payload).epoch)  # type: ignore[union-attr]
    outbox.receipt(Receipt(old.epoch, 40, 70, ((41, 60),), 10_000, 1_072_000), 65.0)

    assert [("backlog", 41, 20), ("backlog", 71, 30)] == spans(sent(outbox, 66.0))


def test_a_request_for_everything_sends_what_is_kept_and_voids_the_rest(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 10)
    sent(outbox)
    outbox.receipt(receipt(guard, 10), 1.0)
    prune(guard.buffer, 10**12 + 5)
    outbox.receipt(receipt(guard, 0, resend=((1, 10),)), 2.0)
    messages = sent(outbox, 2.0)
    (void,) = [decode(m.kind, m.payload) for m in messages if m.kind is Up.VOID]
    assert isinstance(void, Void)
    assert (((1, 4),), "expired") == (void.ranges, void.reason)
    assert [("backlog", 5, 6)] == spans(messages)


def test_an_old_copy_of_the_buffer_begins_a_new_epoch(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 3)
    epoch = guard.buffer.current.epoch
    sent(outbox)
    outbox.receipt(receipt(guard, 50), 1.0)
    fill(guard, 1)
    catalogs = [decode(m.kind, m.payload) for m in sent(outbox, 1.0) if m.kind is Up.CATALOG]
    assert epoch != guard.buffer.current.epoch
    assert guard.buffer.current.epoch in [c.epoch for c in catalogs if isinstance(c, Catalog)]


def test_a_receipt_of_a_stream_that_is_not_ours_changes_nothing(guard: BufferGuard) -> None:
    outbox = connected(guard)
    fill(guard, 3)
    outbox.receipt(Receipt(guard.buffer.current.epoch ^ 1, 3, 3, credit=9), 1.0)
    assert 3 == guard.buffer.current.pending
