"""Sets of sequences as few ranges."""

from edge_agent.buffer import Ranges


def test_ranges_join_split_and_tell_what_is_missing() -> None:
    ranges = Ranges([(1, 3), (7, 9)])
    ranges.add(4, 6)
    assert [(1, 9)] == list(ranges)
    ranges.remove(5, 5)
    assert [(1, 4), (6, 9)] == list(ranges)
    assert [(5, 5), (10, 12)] == list(ranges.missing(1, 12))
    assert (4, 8) == (ranges.prefix, len(ranges))
