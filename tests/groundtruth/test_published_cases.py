"""The published test cases of NREL's utilityrate5, with and without own generation, within their own tolerances."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cloud_service.domain.rating.calculator import calculate
from common.period import Span
from tests.groundtruth.sam import energy, load_cases, series, tariff_of
from tests.shared import SHARED, need_shared

# The first case without its files. NREL/ssc, test/ssc_test (BSD-3), Test_Residential_TOU_Rates: four prices by hour and
# season, the year costs 771.8 ± 0.1. Typed: what its load took in each period (kWh, sums of its 8,760 hours).
WINTER, SUMMER = [1] * 10 + [2] * 5 + [3] * 5 + [1] * 4, [1] * 15 + [4] * 5 + [1] * 4
TYPED = {
    "ur_ec_sched_weekday": [SUMMER if 5 <= month <= 10 else WINTER for month in range(1, 13)],
    "ur_ec_sched_weekend": [[1] * 24] * 12,
    "ur_ec_tou_mat": [
        [Decimal(period), Decimal(1), Decimal("1e38"), Decimal(0), Decimal(price), Decimal(0)]
        for period, price in ((1, "0.1"), (2, "0.05"), (3, "0.2"), (4, "0.25"))
    ],
    "ur_metering_option": 0,
    "ur_monthly_fixed_charge": 0,
    "ur_nm_yearend_sell_rate": Decimal("0.02789"),
}
TYPED_KWH = {1: Decimal("4425.980"), 2: Decimal("238.024"), 3: Decimal("433.943"), 4: Decimal("921.953")}
TYPED_COST, TYPED_TOLERANCE = Decimal("771.8"), Decimal("0.1")

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
    return sum((month.total_unrounded for month in bills), Decimal(0))


def even_load() -> list[Decimal]:
    """The kW of each hour of the year when every period takes its energy evenly."""
    periods = [
        TYPED["ur_ec_sched_weekend" if day.weekday() >= 5 else "ur_ec_sched_weekday"][day.month - 1][hour]  # type: ignore[index]  # rows
        for day in YEAR
        for hour in range(24)
    ]
    hours = Counter(periods)
    return [TYPED_KWH[period] / hours[period] for period in periods]


def test_the_typed_year_costs_what_was_published() -> None:
    bills = calculate(tariff_of(TYPED), {"import": energy(even_load(), 3600)}, YEAR, "UTC")

    assert abs(TYPED_COST - sum(bill.total_unrounded for bill in bills)) <= TYPED_TOLERANCE


@pytest.mark.parametrize("name", NAMES)
def test_the_year_costs_what_was_published(name: str) -> None:
    root = need_shared("groundtruth")
    case = next(case for case in load_cases(root / "utilityrate5_cases.json") if case["name"] == name)

    without, tolerance = case["expected"]["utility_bill_wo_sys_year1"]
    assert abs(without - bill(case, root, generation=False)) <= tolerance
    expected, tolerance = case["expected"]["utility_bill_w_sys_year1"]
    assert abs(expected - bill(case, root, generation=True)) <= tolerance
