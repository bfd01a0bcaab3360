"""Real US tariffs against the monthly energy bills that NREL's PySAM made of them: unrounded, within 0.02 a month."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.usage import Intervals
from cloud_service.domain.rating.calculator import calculate, read_tariff, read_usage
from common.period import Span
from tests.shared import SHARED, need_shared

TARIFFS = sorted(path.stem for path in (SHARED / "groundtruth" / "tariffs").glob("*.json")) or ["the tariffs"]
ORACLES = {1: "pysam_oracle_bills.json", 4: "pysam_oracle_bills_x4.json"}
WITHOUT_ORACLE = ("sdge-dr",)  # the oracle was not run for it
TOLERANCE = Decimal("0.02")


# One tariff without the files: 1(M) Residential Anytime of Union Electric Co (URDB 67744be6b5f9d561220eced9, CC0), the
# kWh of each month of the load of NREL/ssc's test cases, and the energy bills that PySAM 7.1.1 made of them (BSD-3).
ANYTIME = {
    "name": "Anytime",
    "energyratestructure": [
        [{"rate": "0.0934", "adj": "0.00778", "max": "750"}, {"rate": "0.0627", "adj": "0.00778"}],
        [{"rate": "0.1372", "adj": "0.00778"}],
    ],
    "energyweekdayschedule": [[1 if 6 <= month <= 9 else 0] * 24 for month in range(1, 13)],
    "energyweekendschedule": [[1 if 6 <= month <= 9 else 0] * 24 for month in range(1, 13)],
}
ANYTIME_KWH = (
    "375.090529", "331.329504", "334.217052", "369.363989", "479.388794", "692.691626",
    "842.231669", "772.629747", "621.741013", "499.866290", "324.815097", "376.534338",
)  # fmt: skip
ANYTIME_BILLS = (
    "37.95166", "33.523919", "33.816081", "37.372248", "48.504558", "100.426432",
    "122.106747", "112.015861", "90.140012", "50.576471", "32.864792", "38.097744",
)  # fmt: skip


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


def test_the_typed_tariff_has_the_oracles_energy_bill_in_every_month(tmp_path: Path) -> None:
    record = tmp_path / "anytime.json"
    record.write_text(json.dumps(ANYTIME))
    tariff, _ = read_tariff(record, holidays=False)
    year = Span(date(2018, 1, 1), date(2019, 1, 1))
    months = [int(Decimal(kwh) * 1_000_000) for kwh in ANYTIME_KWH]
    hours = Counter(day.month for day in year for _ in range(24))
    values = [months[day.month - 1] * 1000 // hours[day.month] for day in year for _ in range(24)]

    bills = calculate(tariff, {"import": Intervals(np.array(values), 3600, 9)}, year, "UTC")

    assert 12 == len(bills)
    for expected, bill in zip(ANYTIME_BILLS, bills, strict=True):
        assert abs(Decimal(expected) - energy_of(bill)) <= TOLERANCE


@pytest.mark.parametrize("times", ORACLES)
@pytest.mark.parametrize("name", TARIFFS)
def test_every_month_has_the_oracles_energy_bill(name: str, times: int) -> None:
    root = need_shared("groundtruth")
    tariff, _ = read_tariff(root / "tariffs" / f"{name}.json", holidays=False)
    usage, span = load(root)
    bills = calculate(tariff, {"import": Intervals(usage.values * times, usage.step_s, usage.scale)}, span, "UTC")
    if name in WITHOUT_ORACLE:
        assert len(bills) == 12
        return
    expected = oracle(times)[name]["monthly_energy"]

    energy = [energy_of(bill) for bill in bills]

    assert len(expected) == len(energy) == 12
    assert max(abs(ours - theirs) for ours, theirs in zip(energy, expected, strict=True)) <= TOLERANCE


def test_all_stored_tariffs_are_compared() -> None:
    need_shared("groundtruth")

    assert len(TARIFFS) - len(WITHOUT_ORACLE) == 67
    assert set(TARIFFS) - set(WITHOUT_ORACLE) <= set(oracle(1))
