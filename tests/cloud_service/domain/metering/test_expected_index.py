from datetime import UTC, datetime, timedelta

import pytest

from cloud_service.domain.metering.expected_index import (
    ExpectedIndex,
    KnownIndex,
    KnownIndexes,
    ReadingDoubt,
    expected_index,
    reading_doubts,
)

LAST = datetime(2026, 11, 1, tzinfo=UTC)
YEAR = KnownIndexes(
    last=KnownIndex(LAST, 1_100_000), earlier=KnownIndex(LAST - timedelta(days=100), 1_000_000),
    next=KnownIndex(LAST + timedelta(days=60), 1_160_000),
)  # fmt: skip
AT = LAST + timedelta(days=30)  # usual until then: 30 units


def test_half_to_twice_of_what_is_usual_is_expected() -> None:
    assert ExpectedIndex(1_115_000, 1_162_000) == expected_index(YEAR, AT)


@pytest.mark.parametrize(
    "known",
    [
        KnownIndexes(),
        KnownIndexes(last=YEAR.last),
        KnownIndexes(last=YEAR.last, earlier=YEAR.last),
        KnownIndexes(last=YEAR.earlier, earlier=YEAR.last),  # it turned over in between
    ],
)
def test_where_nothing_is_usual_yet_nothing_is_expected(known: KnownIndexes) -> None:
    assert expected_index(known, AT) is None


@pytest.mark.parametrize(
    ("value", "doubts"),
    [
        (1_130_000, []),
        (1_100_000, []),  # an empty flat
        (1_099_999, [ReadingDoubt.BELOW_LAST]),
        (1_160_001, [ReadingDoubt.ABOVE_NEXT]),
        (1_162_001, [ReadingDoubt.ABOVE_NEXT, ReadingDoubt.FAR_ABOVE_USUAL]),
    ],
)
def test_a_reading_is_doubted_below_the_last_above_the_next_and_far_above_what_is_usual(
    value: int, doubts: list[ReadingDoubt]
) -> None:
    assert doubts == reading_doubts(YEAR, AT, value)


def test_a_first_reading_is_not_doubted() -> None:
    assert [] == reading_doubts(KnownIndexes(), AT, 5)
