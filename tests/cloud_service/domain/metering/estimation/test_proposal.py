"""A proposal as it is kept: another total in the same shape, the readings it becomes, what cannot be."""

import pytest

from cloud_service.domain.metering.estimation.gap import ReadingGap
from cloud_service.domain.metering.estimation.proposal import (
    EstimateProposal,
    EstimateRule,
    check_plausible,
    readings_of,
    with_total,
)
from cloud_service.domain.metering.vee.series import RegisterRules
from common.errors import InputError

H = 3_600_000
RULES = RegisterRules(1, "index", 3600, "UTC", digits=2, power_max_kw=10)


def proposal(gap: ReadingGap, *values: int) -> EstimateProposal:
    return EstimateProposal(EstimateRule.SAME_WEEKDAYS, gap, [n * H for n in range(len(values) + 1)], values)


def test_a_person_may_state_another_total_in_the_same_shape() -> None:
    shaped = with_total(proposal(ReadingGap(0, 3 * H, before=0), 100, 300, 0), 801)

    assert [200, 601, 0] == list(shaped.values)
    assert [1, 1, 1] == list(with_total(proposal(ReadingGap(0, 3 * H, before=0), 0, 0, 0), 3).values)


def test_what_two_indexes_say_is_not_stated_otherwise() -> None:
    known = proposal(ReadingGap(0, 2 * H, 0, 400, 400), 100, 300)

    assert 400 == with_total(known, 400).total
    with pytest.raises(InputError, match=r"the two readings around the gap say 0\.4") as refused:
        with_total(known, 401)
    assert "total" == refused.value.path


def test_an_index_goes_on_from_the_one_that_is_known_over_a_rollover() -> None:
    open_end = proposal(ReadingGap(0, 2 * H, before=99_900), 100, 300)

    assert [(H, 0), (2 * H, 300)] == readings_of(open_end, RULES)
    assert [(0, 600), (H, 700)] == readings_of(proposal(ReadingGap(0, 2 * H, after=1_000), 100, 300), RULES)


def test_an_interval_register_gets_what_each_step_counted() -> None:
    interval = RegisterRules(1, "interval", 3600, "UTC")

    assert [(H, 100), (2 * H, 300)] == readings_of(proposal(ReadingGap(0, 2 * H), 100, 300), interval)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="no index"):
        readings_of(proposal(ReadingGap(0, 2 * H), 100, 300), RULES)
    with pytest.raises(InputError, match=r"showed only 0\.3"):
        readings_of(proposal(ReadingGap(0, 2 * H, after=300), 100, 300), RULES)
    with pytest.raises(InputError, match="more than the meter can count"):
        check_plausible(proposal(ReadingGap(0, 2 * H, before=0), 11_000, 11_001), RULES)
    check_plausible(proposal(ReadingGap(0, 2 * H, before=0), 11_000, 11_000), RULES)
