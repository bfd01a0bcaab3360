"""Streams in memory: what is owed, void and receipted."""

import pytest

from edge_agent.buffer.ranges import Ranges
from edge_agent.buffer.state import DAMAGED, EXPIRED, THINNED, BufferStream


def stream(last: int = 10, *done: tuple[int, int]) -> BufferStream:
    return BufferStream(1, 77, last, Ranges(done))


def test_what_was_dumped_is_loaded_again() -> None:
    first = stream(10, (1, 4))
    first.void(THINNED).add(6, 7)
    first.announced.add(6, 6)
    again = BufferStream(1, 77)
    again.load(first.dump())
    assert first == again


def test_loading_never_makes_a_stream_shorter() -> None:
    longer = stream(12)
    longer.load(stream(10).dump())
    assert 12 == longer.last


def test_a_sequence_that_is_neither_void_nor_done_must_be_there() -> None:
    present = stream(10, (1, 4))
    present.void(THINNED).add(5, 6)
    assert [0, 7, 7] == [present.unexplained(1, 6), present.unexplained(1, 10), present.unexplained(7, 7)]
    assert 0 == present.unexplained(8, 7)


def test_a_receipt_counts_up_to_the_last_sequence_only() -> None:
    present = stream(10)
    present.receive([(1, 99)])
    assert ([(1, 10)], 0) == (list(present.done), present.pending)


@pytest.mark.parametrize(("announced", "lost"), [([], []), ([(3, 4)], [(3, 4)])])
def test_what_was_taken_for_lost_and_had_arrived_is_not_lost_unless_it_was_announced(
    announced: list[tuple[int, int]], lost: list[tuple[int, int]]
) -> None:
    present = stream(10)
    present.void(DAMAGED).add(3, 4)
    present.announced = Ranges(announced)
    present.receive([(1, 5)])
    assert lost == list(present.void(DAMAGED))


def test_what_the_cloud_has_lost_is_owed_again_and_what_is_gone_here_expires() -> None:
    present = stream(10, (1, 10))
    present.reopen([(3, 8)], oldest=5)
    assert ([(1, 2), (9, 10)], [(3, 4)], 6) == (list(present.done), list(present.void(EXPIRED)), present.pending)


def test_a_stream_that_was_longer_has_lost_the_rest() -> None:
    present = stream(10)
    present.extend(12)
    assert (12, [(11, 12)], [(11, 12)]) == (present.last, list(present.void(DAMAGED)), list(present.void_ranges))
