"""The published test cases of NREL's utilityrate5, with and without own generation, within their own tolerances."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cloud_service.domain.rating.calculator import calculate
from common.period import Span
from tests.groundtruth.sam import energy, load_cases, series, tariff_of
from tests.shared import SHARED, need_shared

YEAR = Span(date(2018, 1, 1), date(2019, 1, 1))  # starts on a Monday, like SAM's year
CASES = SHARED / "groundtruth" / "utilityrate5_cases.json"
NAMES = [case["name"] for case in load_cases(CASES)] if CASES.exists() else ["the cases"]


def bill(case: dict[str, Any], root: Path, *, generation: bool) -> Decimal:
    inputs = case["inputs"]
    steps = max(int(inputs["load"]["n"]), int(inputs["gen"]["n"]) if generation else 0)
    step_s = 8760 * 3600 // steps
    load = series(root / inputs["load"]["csv"], steps)
    registers = {"import": energy(load, step_s)}
    if generation:
        registers["export"] = energy(series(root / inputs["gen"]["csv"], steps), step_s)
    bills = calculate(tariff_of(inputs), registers, YEAR, "UTC")
    return sum((one.total_unrounded for one in bills), Decimal(0))


@pytest.mark.parametrize("name", NAMES)
def test_the_year_costs_what_was_published(name: str) -> None:
    root = need_shared("groundtruth")
    case = next(case for case in load_cases(root / "utilityrate5_cases.json") if case["name"] == name)

    without, tolerance = case["expected"]["utility_bill_wo_sys_year1"]
    assert abs(without - bill(case, root, generation=False)) <= tolerance
    expected, tolerance = case["expected"]["utility_bill_w_sys_year1"]
    assert abs(expected - bill(case, root, generation=True)) <= tolerance
