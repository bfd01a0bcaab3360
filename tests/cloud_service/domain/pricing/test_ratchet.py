"""Ratchets: the share of an earlier month that raises a demand, and the peaks that are kept for it."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.pricing.ratchet import KEPT_MAX, Ratchet, explain, peaks_of, raised, remember
from common.errors import InputError

D = Decimal
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))


def test_a_share_of_the_highest_earlier_month_raises_the_demand() -> None:
    weights = Ratchet(share=D("0.8")).weights(MARCH, 1)

    billed, reason = raised(D(10), [(JANUARY, D(20)), (FEBRUARY, D(15))], weights)

    assert (D(16), (JANUARY, D(20))) == (billed, reason)
    assert ", ratchet: 0.8 of 20 kW in 2026-01" == explain(reason, weights, "kW")


def test_a_demand_above_the_share_stays_and_needs_no_words() -> None:
    weights = Ratchet(share=D("0.8")).weights(MARCH, 1)

    billed, reason = raised(D(17), [(JANUARY, D(20))], weights)

    assert (D(17), None) == (billed, reason)
    assert "" == explain(reason, weights, "kW")


def test_only_months_within_its_reach_count() -> None:
    assert D(10) == raised(D(10), [(JANUARY, D(99))], Ratchet(share=D(1), months=1).weights(MARCH, 1))[0]
    assert D(10) == raised(D(10), [(JANUARY, D(99))], Ratchet(share=D(1), only_months=(2,)).weights(MARCH, 1))[0]


def test_each_month_may_have_a_share_of_its_own() -> None:
    ratchet = Ratchet(shares=(D("0.5"), D("0.9"), *[D(0)] * 10))

    assert [D("0.5"), D("0.9"), D(0)] == [ratchet.share_of(month) for month in (1, 2, 3)]


@pytest.mark.parametrize(
    ("ratchet", "path"),
    [
        (Ratchet(), "ratchet"),
        (Ratchet(share=D(1), shares=(D(1),) * 12), "ratchet"),
        (Ratchet(shares=(D(1),) * 11), "ratchet.shares"),
        (Ratchet(share=D(-1)), "ratchet"),
    ],
)
def test_a_ratchet_without_a_share_for_each_month_is_refused(ratchet: Ratchet, path: str) -> None:
    with pytest.raises(InputError) as refused:
        ratchet.check("ratchet")
    assert path == refused.value.path


def test_the_peak_of_all_hours_is_the_highest_of_those_by_period() -> None:
    peaks = {"demand/peak": ((JANUARY, D(5)), (FEBRUARY, D(9))), "demand/night": ((JANUARY, D(7)),), "other": ()}

    assert ((JANUARY, D(7)), (FEBRUARY, D(9))) == peaks_of(peaks, "demand")


def test_a_month_that_was_cut_in_two_keeps_the_higher_peak() -> None:
    assert ((JANUARY, D(9)),) == remember(((JANUARY, D(9)),), JANUARY, D(4))
    assert ((JANUARY, D(9)), (FEBRUARY, D(4))) == remember(((JANUARY, D(9)),), FEBRUARY, D(4))


def test_peaks_are_kept_for_three_years() -> None:
    earlier = tuple((date(2020 + number // 12, number % 12 + 1, 1), D(number)) for number in range(50))

    assert KEPT_MAX == len(remember(earlier, MARCH, D(1)))
