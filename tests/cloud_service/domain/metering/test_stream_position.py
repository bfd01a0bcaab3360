"""A stream's position knows exactly which sequences have come, however they came."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.metering.stream_position import SPANS_MAX, VOIDS_MAX, StreamPosition, ranges_of
from common.errors import InputError

RANGES = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 8)).map(lambda pair: (pair[0], pair[0] + pair[1])))
ALL = np.arange(1, 80, dtype=np.int64)


@given(RANGES, RANGES)
def test_what_has_come_is_seen_and_nothing_else(
    received: list[tuple[int, int]], given_up: list[tuple[int, int]]
) -> None:
    position = StreamPosition()
    for range_ in received:
        position = position.add([range_])
    position = position.give_up(given_up)

    come = {n for first, last in (*received, *given_up) for n in range(first, last + 1)}
    unseen = set(ALL[position.unseen(ALL)].tolist())
    assert set(ALL.tolist()) - come == unseen
    here = {n for first, last in received for n in range(first, last + 1)}
    assert come - here == set(ALL[position.voided(ALL)].tolist())
    assert max(come, default=0) == position.highest
    assert {n for n in unseen if n < position.highest} == {n for a, b in position.gaps for n in range(a, b + 1)}
    assert all(n in come for n in range(1, position.contiguous + 1))
    assert all(
        set(range(1, last + 1)) - come == {n for a, b in position.missing(last) for n in range(a, b + 1)}
        for last in (0, 30, 79)
    )
    assert position == StreamPosition.from_row(position.contiguous, position.as_json())


@given(RANGES, RANGES)
def test_what_comes_after_it_was_given_up_is_no_void_any_more(
    given_up: list[tuple[int, int]], late: list[tuple[int, int]]
) -> None:
    position = StreamPosition().give_up(given_up).add(late)

    void = {n for first, last in given_up for n in range(first, last + 1)}
    came = {n for first, last in late for n in range(first, last + 1)}
    assert void - came == set(ALL[position.voided(ALL)].tolist())
    assert void | came == set(ALL.tolist()) - set(ALL[position.unseen(ALL)].tolist())


def test_only_the_newest_voids_are_remembered() -> None:
    position = StreamPosition().give_up((n, n) for n in range(1, 4 * VOIDS_MAX, 2))

    assert VOIDS_MAX == len(position.voids)
    assert 4 * VOIDS_MAX - 1 == position.voids[-1][1]


@given(RANGES)
def test_the_order_in_which_ranges_come_does_not_matter(received: list[tuple[int, int]]) -> None:
    forth, back = StreamPosition(), StreamPosition()
    for range_, other in zip(received, reversed(received), strict=True):
        forth, back = forth.add([range_]), back.add([other])

    assert forth == back == StreamPosition().add(received)


@given(st.sets(st.integers(1, 200)))
def test_sequences_become_ranges_and_back(numbers: set[int]) -> None:
    ranges = ranges_of(np.array(sorted(numbers), dtype=np.int64))

    assert sorted(numbers) == [n for first, last in ranges for n in range(first, last + 1)]
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(ranges))


def test_a_stream_of_holes_is_refused() -> None:
    with pytest.raises(InputError, match="gaps"):
        StreamPosition().add((n, n) for n in range(2, 2 * SPANS_MAX + 6, 2))
