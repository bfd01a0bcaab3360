"""Which rule tells the energy of a gap, worked out a second time by hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.metering.estimation.gap import ReadingGap
from cloud_service.domain.metering.estimation.proposal import EstimateProposal, EstimateRule, readings_of
from cloud_service.domain.metering.estimation.reference_days import ReferenceDay
from cloud_service.domain.metering.estimation.rules import best_of, proposals, stated
from cloud_service.domain.metering.vee.series import RegisterRules
from common.period import Span, day_start, intervals_in_day

ZONE = "Europe/Berlin"
INDEX = RegisterRules(1, "index", 3600, ZONE)
INTERVAL = RegisterRules(1, "interval", 3600, ZONE)


def ms(day: date, hours: int = 0) -> int:
    return int(day_start(day, ZONE).timestamp()) * 1000 + hours * 3_600_000


def known(span: Span, *, working: int = 100, weekend: int = 50, measured: bool = True) -> Iterator[ReferenceDay]:
    """Days of one value an hour, another one from noon on doubled."""
    for day in span:
        hour = weekend if day.weekday() >= 5 else working
        size = intervals_in_day(day, ZONE, 3600)
        values = np.array([hour * (1 + (n >= 12)) for n in range(size)], dtype=np.int64)
        yield ReferenceDay(day, 3600, values, measured)


MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
AROUND = [*known(Span(MONDAY - 2 * WEEK, MONDAY)), *known(Span(MONDAY + WEEK, MONDAY + 2 * WEEK))]


def of_rule(offered: list[EstimateProposal], rule: EstimateRule) -> EstimateProposal:
    proposal = best_of(offered, rule)
    assert proposal is not None
    return proposal


def test_a_gap_between_known_days_takes_the_same_weekdays_around_it() -> None:
    gap = ReadingGap(ms(MONDAY), ms(MONDAY + WEEK))

    best = proposals(gap, INTERVAL, AROUND)[0]

    assert EstimateRule.SAME_WEEKDAYS is best.rule
    assert 5 * 3600 + 2 * 1800 == best.total
    assert [100, 200] == [best.values[0], best.values[12]]
    assert (21, MONDAY - 2 * WEEK) == (best.figures.days, best.figures.first)


def test_the_energy_between_two_indexes_is_shared_by_the_shape_of_those_days_and_conserved() -> None:
    gap = ReadingGap(ms(MONDAY, 7), ms(MONDAY + WEEK, -5), 1_000, 10_801, 9_801)

    best = proposals(gap, INDEX, AROUND)[0]
    indexes = readings_of(best, INDEX)

    assert 9_801 == best.total
    assert (best.instants[1], 1_000 + best.values[0]) == indexes[0]
    assert 10_801 - best.values[-1] == indexes[-1][1]
    assert EstimateRule.EVENLY is proposals(gap, INDEX, ())[0].rule
    assert proposals(gap, INDEX, ())[0].is_known_already


def test_a_year_ago_is_scaled_by_how_the_weeks_before_the_gap_changed() -> None:
    year_ago = MONDAY - timedelta(weeks=52)
    days = [
        *known(Span(year_ago - 4 * WEEK, year_ago + 2 * WEEK)),
        *known(Span(MONDAY - 4 * WEEK, MONDAY), working=120, weekend=60),
    ]

    best = proposals(ReadingGap(ms(MONDAY), ms(MONDAY + WEEK), before=5_000), INDEX, days)[0]

    assert EstimateRule.LAST_YEAR is best.rule
    assert Decimal("1.200") == best.figures.factor
    assert (5 * 3600 + 2 * 1800) * 120 // 100 == best.total
    assert 120 == best.values[0]


def test_without_a_shape_the_average_of_the_last_known_days_is_taken_by_time_alone() -> None:
    days = list(known(Span(MONDAY - 2 * WEEK, MONDAY), measured=False))
    gap = ReadingGap(ms(MONDAY, 12), ms(MONDAY + WEEK), before=5_000)

    best = proposals(gap, INDEX, days)[0]

    assert EstimateRule.DAILY_AVERAGE is best.rule
    a_day = (5 * 3600 + 2 * 1800) / 7
    assert (round(a_day), round(a_day * 6.5)) == (best.figures.a_day, best.total)
    assert 7 == len(best.values)  # a piece a day: nobody knows when in it
    assert 24 * 6 + 12 == len(proposals(gap, INTERVAL, days)[0].values)


def test_a_gap_before_the_first_reading_counts_down_from_it_and_never_below_nothing() -> None:
    days = list(known(Span(MONDAY + WEEK, MONDAY + 3 * WEEK)))
    gap = ReadingGap(ms(MONDAY), ms(MONDAY + WEEK), after=30_000)

    best = proposals(gap, INDEX, days)[0]

    assert 21_600 == best.total
    assert (ms(MONDAY), 30_000 - 21_600) == readings_of(best, INDEX)[0]
    assert not proposals(ReadingGap(ms(MONDAY), ms(MONDAY + WEEK), after=100), INDEX, days)


def test_where_nothing_is_known_nothing_is_offered_and_a_person_may_state_it() -> None:
    gap = ReadingGap(ms(MONDAY), ms(MONDAY + WEEK), before=5_000)

    assert not proposals(gap, INDEX, ())
    assert not proposals(ReadingGap(ms(MONDAY), ms(MONDAY + WEEK)), INDEX, AROUND)
    assert 7_001 == stated(gap, INDEX, 7_001).total


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)])
def test_a_day_of_another_length_takes_the_hours_of_the_clock(day: date) -> None:
    days = [*known(Span(day - 2 * WEEK, day)), *known(Span(day + timedelta(days=1), day + 2 * WEEK))]

    best = of_rule(
        proposals(ReadingGap(ms(day), ms(day + timedelta(days=1))), INTERVAL, days), EstimateRule.SAME_WEEKDAYS
    )

    assert intervals_in_day(day, ZONE, 3600) == len(best.values)
    hour = 50 if day.weekday() >= 5 else 100
    assert hour * (len(best.values) - 12) + 2 * hour * 12 == best.total


@given(st.integers(0, 10**9), st.integers(0, 166), st.integers(1, 167))
def test_whatever_the_gap_its_steps_sum_to_the_known_difference(energy: int, first: int, length: int) -> None:
    gap = ReadingGap(ms(MONDAY, first) + 420_000, ms(MONDAY, first + length) + 420_000, 7, 7 + energy, energy)

    for proposal in proposals(gap, INDEX, AROUND):
        assert energy == proposal.total == sum(proposal.by_day(ZONE).values())
        values = [index for _at, index in [(0, 7), *readings_of(proposal, INDEX), (0, 7 + energy)]]
        assert values == sorted(values)
