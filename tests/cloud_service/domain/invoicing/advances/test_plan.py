"""Periods of a plan: from its first day, cut at both ends, due at their beginning or end, never of taken days."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.invoicing.advances.plan import AdvanceTerms, PlanDays, due_periods, periods
from common.errors import InputError
from common.period import Span

D = Decimal
MID_JANUARY = date(2026, 1, 15)
PLAN = PlanDays(MID_JANUARY, MID_JANUARY, None)
YEAR = Span(date(2026, 1, 1), date(2027, 1, 1))


def spans(terms: AdvanceTerms, plan: PlanDays = PLAN, window: Span = YEAR) -> list[tuple[str, str, Decimal]]:
    return [
        (str(each.span.start), str(each.span.end), each.amount) for each in periods(terms, plan, window, "EUR")
    ]  # fmt: skip


def test_the_first_period_is_cut_and_asks_for_its_days() -> None:
    assert [("2026-01-15", "2026-02-01", D("54.84")), ("2026-02-01", "2026-03-01", D("100.00"))] == spans(
        AdvanceTerms(D("100.00"))
    )[:2]


def test_periods_begin_on_the_day_of_the_plan() -> None:
    assert [("2026-01-15", "2026-04-15"), ("2026-04-15", "2026-07-15")] == [
        each[:2] for each in spans(AdvanceTerms(D("100.00"), 3, 15))[:2]
    ]


def test_a_window_leaves_periods_as_they_are() -> None:
    late = Span(date(2026, 5, 20), date(2026, 6, 1))

    assert [("2026-04-15", "2026-07-15", D("100.00"))] == spans(AdvanceTerms(D("100.00"), 3, 15), window=late)


def test_the_last_period_is_cut_to_the_end() -> None:
    ends = PlanDays(MID_JANUARY, MID_JANUARY, date(2026, 2, 15))

    assert ("2026-02-01", "2026-02-15", D("50.00")) == spans(AdvanceTerms(D("100.00")), ends)[-1]


def test_periods_of_a_contract_that_began_later_count_from_its_first_day() -> None:
    later = PlanDays(MID_JANUARY, date(2026, 2, 8), None)

    assert ("2026-02-08", "2026-03-01", D("75.00")) == spans(AdvanceTerms(D("100.00")), later)[0]


@pytest.mark.parametrize(("timing", "due"), [("before", 3), ("after", 2)])
def test_a_period_falls_due_at_its_beginning_or_at_its_end(timing: str, due: int) -> None:
    terms, window = AdvanceTerms(D("100.00"), timing=timing), Span(YEAR.start, date(2026, 3, 2))

    assert due == len(due_periods(terms, PLAN, window, "EUR", []))


def test_a_period_of_which_a_day_is_taken_is_passed_by() -> None:
    window = Span(YEAR.start, date(2026, 3, 2))
    taken = [Span(date(2026, 2, 28), date(2026, 3, 1))]

    assert [MID_JANUARY, date(2026, 3, 1)] == [
        each.span.start for each in due_periods(AdvanceTerms(D("100.00")), PLAN, window, "EUR", taken)
    ]


def test_days_that_come_to_nothing_are_no_bill() -> None:
    one_day = PlanDays(date(2026, 1, 31), date(2026, 1, 31), date(2026, 2, 1))

    assert [("2026-01-31", "2026-02-01", D("0.00"))] == spans(AdvanceTerms(D("0.10")), one_day)
    assert [] == due_periods(AdvanceTerms(D("0.10")), one_day, YEAR, "EUR", [])


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        (AdvanceTerms(D(0)), "amount"), (AdvanceTerms(D("-5")), "amount"), (AdvanceTerms(D("1.005")), "amount"),
        (AdvanceTerms(D(5), 4), "every"), (AdvanceTerms(D(5), 1, 29), "day"),
        (AdvanceTerms(D(5), 1, 1, "ever"), "timing"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_billed_are_refused(terms: AdvanceTerms, path: str) -> None:
    with pytest.raises(InputError) as refused:
        terms.check("EUR")
    assert path == refused.value.path
