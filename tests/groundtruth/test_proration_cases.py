"""Billing cycles between two dates, to the ninth decimal, as published."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.calendar.proration import billed_cycles
from tests.shared import SHARED, need_shared

# A few of the published cases typed anew, so that they are asked where the file of all is not: start, end, target,
# billing cycle day, cycles. Numbers from github:killbill/killbill (Apache-2.0), invoice/…/proRations/inAdvance/*/.
TYPED: dict[tuple[str, str], tuple[str, str | None, str, int, str]] = {
    ("monthly", "testDoubleProRation_TargetDateOnSecondBillingCycleDate"): (
        "2011-01-01", "2011-02-27", "2011-02-27", 15, "1.880184332",
    ),
    ("monthly", "testLeadingProRation_Evergreen_TargetDateAfterFirstBillingPeriod"): (
        "2011-02-01", None, "2011-04-13", 13, "3.387096774",
    ),
    ("quarterly", "testSinglePlan_LeapYearFebruaryProRation"): (
        "2012-02-01", "2012-02-15", "2012-02-19", 1, "0.155555556",
    ),
    ("annual", "testDoubleProRation_TargetDateOnEndDate"): (
        "2011-01-01", "2012-01-27", "2012-01-27", 15, "1.071143049",
    ),
}  # fmt: skip
FILE = SHARED / "groundtruth" / "proration_cases.json"
CASES = json.loads(FILE.read_text()) if FILE.exists() else []
MONTHS = {"monthly": 1, "quarterly": 3, "annual": 12}


def test_the_cases_are_there() -> None:
    need_shared("groundtruth", "proration_cases.json")

    assert len(CASES) == 56


# Five records mix two assertions of one published test: the dates of the first, the result of the second.
# Checked with the source of the published tests (killbill, invoice/.../proRations/inAdvance/*/TestProRation.java).
# (period, test): (start, end, cycle day) of the second assertion, and the published result of the first.
MIXED = {
    ("monthly", "testSinglePlan_ChangeBCD"): ("2011-02-14", None, 27, "0.464285714"),  # 13/28
    ("monthly", "testPlanChange_DoubleProRation"): (
        "2011-03-10",
        None,
        15,
        "1.322580646",
    ),  # 7/31 + 1 + 3/31, rounded each
    ("quarterly", "testSinglePlan_WithPhaseChange_OnBillCycleDay"): ("2011-02-17", None, 3, "0.157303371"),  # 14/89
    ("quarterly", "testSinglePlan_ChangeBCDTo31"): ("2011-02-14", None, 31, "0.146067416"),  # 13/89
    ("quarterly", "testPlanChange_DoubleProRation"): ("2011-05-10", None, 15, "1.095970696"),  # 66/90 + 33/91
}


def cycles(start: str, end: str | None, target: str, cycle_day: int, period: str) -> Decimal:
    last = date.fromisoformat(end) if end else None
    return billed_cycles(date.fromisoformat(start), last, date.fromisoformat(target), cycle_day, MONTHS[period])


@pytest.mark.parametrize(("period", "test"), TYPED)
def test_the_typed_cases_have_the_published_ninth_decimal(period: str, test: str) -> None:
    start, end, target, cycle_day, expected = TYPED[period, test]

    assert Decimal(expected) == cycles(start, end, target, cycle_day, period)


def test_the_typed_cases_are_what_was_published() -> None:
    need_shared("groundtruth", "proration_cases.json")
    keys = ("start", "end", "target", "billing_cycle_day", "expected_cycles")
    published = {tuple(case[key] for key in ("period", "test", *keys)) for case in CASES}

    assert set() == {(*key, *case) for key, case in TYPED.items()} - published


@pytest.mark.parametrize("case", CASES, ids=[f"{case['period']}-{case['test']}-{case['target']}" for case in CASES])
def test_cycles_have_the_published_ninth_decimal(case: dict[str, Any]) -> None:
    assert case["mode"] == "in_advance"
    start, end, cycle_day = case["start"], case["end"], case["billing_cycle_day"]
    mixed = MIXED.get((case["period"], case["test"]))
    if mixed is not None:
        start, end, cycle_day = mixed[:3]
        first = cycles(case["start"], case["end"], case["target"], case["billing_cycle_day"], case["period"])
        assert Decimal(mixed[3]) == first

    assert Decimal(case["expected_cycles"]) == cycles(start, end, case["target"], cycle_day, case["period"])
