"""Real US tariffs against the monthly energy bills that NREL's PySAM made of them: unrounded, within 0.02 a month."""

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.usage import Intervals
from cloud_service.domain.rating.calculator import any_tariff, calculate, read_usage
from common.period import Span
from tests.shared import SHARED, need_shared

TARIFFS = sorted(path.stem for path in (SHARED / "groundtruth" / "tariffs").glob("*.json")) or ["the tariffs"]
ORACLES = {1: "pysam_oracle_bills.json", 4: "pysam_oracle_bills_x4.json"}
WITHOUT_ORACLE = ("sdge-dr",)  # the oracle was not run for it
TOLERANCE = Decimal("0.02")


@cache
def oracle(times: int) -> dict[str, dict[str, list[Decimal]]]:
    bills: dict[str, dict[str, list[Decimal]]] = json.loads(
        need_shared("groundtruth", ORACLES[times]).read_text(), parse_float=Decimal
    )["bills"]
    return bills


@cache
def load(root: Path) -> tuple[Intervals, Span]:
    registers, span, _ = read_usage(
        {"import": root / "loads" / "load_residential_8760h_kw.csv"}, date(2018, 1, 1), "UTC"
    )
    return registers["import"], span


def energy_of(bill: RatingResult) -> Decimal:
    return sum((line.amount_unrounded for line in bill.lines if line.charge == "energy"), Decimal(0))


@pytest.mark.parametrize("times", ORACLES)
@pytest.mark.parametrize("name", TARIFFS)
def test_every_month_has_the_oracles_energy_bill(name: str, times: int) -> None:
    root = need_shared("groundtruth")
    tariff, _ = any_tariff(root / "tariffs" / f"{name}.json", holidays=False)
    one, span = load(root)
    bills = calculate(tariff, {"import": Intervals(one.values * times, one.step_s, one.scale)}, span, "UTC")
    if name in WITHOUT_ORACLE:
        assert len(bills) == 12
        return
    expected = oracle(times)[name]["monthly_energy"]

    energy = [
        sum((line.amount_unrounded for line in bill.lines if line.charge == "energy"), Decimal(0)) for bill in bills
    ]

    assert len(expected) == len(energy) == 12
    assert max(abs(ours - theirs) for ours, theirs in zip(energy, expected, strict=True)) <= TOLERANCE


def test_all_stored_tariffs_are_compared() -> None:
    need_shared("groundtruth")

    assert len(TARIFFS) - len(WITHOUT_ORACLE) == 67
    assert set(TARIFFS) - set(WITHOUT_ORACLE) <= set(oracle(1))
