"""A cloud that was restored from a backup is noticed by its receipts."""

from common.message import RANGES_MAX, Receipt
from edge_agent.buffer import BufferStream
from edge_agent.buffer.ranges import Ranges
from edge_agent.uplink.restore_detection import ASK_S, STRAGGLER_MS, RestoreDetector, stored_ranges

EPOCH, NOON_MS = 77, 1_790_000_000_000


def stream(*done: tuple[int, int]) -> BufferStream:
    return BufferStream(1, EPOCH, 100, Ranges(done))


def receipt(contiguous: int, after_ms: int = 0, highest: int = 0, gaps: tuple[tuple[int, int], ...] = ()) -> Receipt:
    return Receipt(EPOCH, contiguous, max(highest, contiguous), gaps, 0, NOON_MS + after_ms)


def test_a_receipt_is_the_prefix_and_what_lies_between_its_gaps() -> None:
    assert [(1, 5), (8, 9)] == stored_ranges(receipt(5, highest=9, gaps=((6, 7),)))
    assert [(1, 0)] == stored_ranges(receipt(0))


def test_a_cloud_that_has_everything_has_lost_nothing() -> None:
    restore_detector = RestoreDetector()
    assert [] == restore_detector.lost(stream((1, 50)), receipt(50), 0.0)
    assert restore_detector.stream_in_doubt(1e9) is None


def test_a_receipt_that_falls_behind_may_be_a_straggler_and_is_asked_about() -> None:
    restore_detector, present = RestoreDetector(), stream((1, 50))
    restore_detector.lost(present, receipt(50), 0.0)
    assert [] == restore_detector.lost(present, receipt(40, STRAGGLER_MS), 0.0)
    assert [None, 1, None] == [restore_detector.stream_in_doubt(now_s) for now_s in (ASK_S - 1, ASK_S, ASK_S + 1)]


def test_one_of_a_clearly_later_moment_proves_the_loss_once() -> None:
    restore_detector, present = RestoreDetector(), stream((1, 50))
    restore_detector.lost(present, receipt(50), 0.0)
    assert [(41, 50)] == restore_detector.lost(present, receipt(40, STRAGGLER_MS + 1), 0.0)
    assert [] == restore_detector.lost(present, receipt(40, STRAGGLER_MS + 2), 0.0)


def test_a_list_of_gaps_that_is_full_says_nothing_of_what_lies_behind_it() -> None:
    gaps = tuple((number, number) for number in range(2, 2 + 2 * RANGES_MAX, 2))
    restore_detector, present = RestoreDetector(), BufferStream(1, EPOCH, 9000, Ranges([(5000, 9000)]))
    restore_detector.whole_ms[1] = NOON_MS - 2 * STRAGGLER_MS
    assert [] == restore_detector.lost(present, receipt(1, highest=2 * RANGES_MAX + 1, gaps=gaps), 0.0)


def test_doubt_ends_when_the_cloud_has_it_all_again() -> None:
    restore_detector, present = RestoreDetector(), stream((1, 50))
    restore_detector.lost(present, receipt(50), 0.0)
    restore_detector.lost(present, receipt(40, 1000), 0.0)
    restore_detector.lost(present, receipt(50, 2000), 0.0)
    assert restore_detector.stream_in_doubt(1e9) is None
