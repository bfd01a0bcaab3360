"""Energy shared by time: whole thousandths, whose sum is what was to be shared."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.metering.estimation.gap import ReadingGap
from cloud_service.domain.metering.estimation.shares import day_instants, shared, step_instants, weights_of


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * 1000


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=200).filter(any))
def test_shares_sum_to_the_total_and_none_is_below_zero(total: int, weights: list[int]) -> None:
    parts = shared(total, weights)

    assert total == sum(parts)
    assert all(abs(part - total * weight / sum(weights)) <= 1 for part, weight in zip(parts, weights, strict=True))


def test_a_day_on_which_the_clock_is_set_back_has_twenty_five_hours() -> None:
    gap = ReadingGap(ms(2026, 10, 24, 22), ms(2026, 10, 25, 23))

    instants = step_instants(gap, 3600, "Europe/Berlin")

    assert 25 == len(instants) - 1
    hours = weights_of(instants, "Europe/Berlin", lambda day, minute: minute // 60 if day == date(2026, 10, 25) else 99)
    assert [0, 1, 2, 2, 3, 4] == [weight // 3_600_000 for weight in hours[:6]]


def test_a_gap_that_begins_between_two_steps_has_a_short_first_piece() -> None:
    gap = ReadingGap(ms(2026, 3, 1, 10, 7), ms(2026, 3, 2, 0, 30))

    assert [ms(2026, 3, 1, 10, 7), ms(2026, 3, 1, 11), ms(2026, 3, 1, 12)] == step_instants(gap, 3600, "UTC")[:3]
    assert [gap.start_ms, ms(2026, 3, 2), gap.end_ms] == day_instants(gap, "UTC")
