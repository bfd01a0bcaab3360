"""When a gap is only the time until the next reading."""

from datetime import UTC, datetime, timedelta

import pytest

from cloud_service.domain.metering.energy.gap_causes import is_not_due
from cloud_service.domain.metering.energy.gap_runs import GapRun

FIRST = datetime(2026, 1, 1, 10, tzinfo=UTC)
MONTHLY = [FIRST + timedelta(days=30 * n) for n in range(4)]
LAST = MONTHLY[-1]


@pytest.mark.parametrize(("days_later", "not_due"), [(5, True), (33, True), (34, False)])
def test_a_reading_is_due_as_far_apart_as_the_last_ones_were(days_later: int, not_due: bool) -> None:
    now = LAST + timedelta(days=days_later)

    assert not_due == is_not_due(GapRun(LAST, now), list(reversed(MONTHLY)), now)


def test_a_gap_that_is_over_or_older_than_the_last_reading_is_no_waiting() -> None:
    now = LAST + timedelta(days=5)

    assert not is_not_due(GapRun(LAST, now - timedelta(hours=1)), MONTHLY, now)
    assert not is_not_due(GapRun(LAST - timedelta(days=20), now), MONTHLY, now)
    assert not is_not_due(GapRun(LAST, now), [LAST], now)  # nobody knows how often it is read
