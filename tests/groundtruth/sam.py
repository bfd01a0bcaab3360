"""Inputs of SAM's utilityrate5 as records of the URDB, and from there as tariff documents of ours."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from cloud_service.domain.pricing.usage import Intervals
from cloud_service.domain.tariffs.tariff import Tariff, load_tariff
from cloud_service.domain.tariffs.urdb import import_urdb

UNITS = ("kWh", "kWh/kW", "kWh daily", "kWh/kW daily")
RULES = {0: "Net Metering", 2: "Net Billing Instantaneous", 3: "Net Billing Hourly", 4: "Buy All Sell All"}
NO_BOUND = Decimal("1e30")
SCALE = 9


def load_cases(path: Path) -> list[dict[str, Any]]:
    """The published cases; numbers are exact."""
    cases: list[dict[str, Any]] = json.loads(path.read_text(), parse_float=Decimal)
    return cases


def tariff_of(inputs: dict[str, Any]) -> Tariff:
    """The tariff that the inputs of a case describe."""
    record: dict[str, Any] = {
        "name": "case",
        "energyratestructure": _structure(inputs["ur_ec_tou_mat"], energy=True),
        "energyweekdayschedule": _schedule(inputs["ur_ec_sched_weekday"]),
        "energyweekendschedule": _schedule(inputs["ur_ec_sched_weekend"]),
        "dgrules": RULES[int(inputs["ur_metering_option"])],
        "fixedchargefirstmeter": inputs["ur_monthly_fixed_charge"],
        "fixedchargeunits": "$/month",
    }
    if inputs.get("ur_monthly_min_charge"):
        record |= {"mincharge": inputs["ur_monthly_min_charge"], "minchargeunits": "$/month"}
    if inputs.get("ur_annual_min_charge"):
        record |= {"mincharge": inputs["ur_annual_min_charge"], "minchargeunits": "$/year"}
    document = import_urdb(record).document
    last = int(inputs.get("ur_nm_credit_month", 11)) + 1
    for charge in document["charges"]:  # the year's end is not a part of a URDB record
        if "netting" in charge:
            charge["netting"] |= {"expires": last, "cash_price": str(inputs["ur_nm_yearend_sell_rate"])}
        if "carry" in charge:
            charge["carry"] |= {"expires": last, "ends": "pay"}
    return load_tariff(document)


def _schedule(rows: list[list[Decimal]]) -> list[list[int]]:
    return [[int(number) - 1 for number in row] for row in rows]


def _structure(rows: list[list[Decimal]], *, energy: bool) -> list[list[dict[str, Any]]]:
    periods: list[list[dict[str, Any]]] = []
    for period, _, limit, unit, price, sell in rows:
        while len(periods) < int(period):
            periods.append([])
        tier: dict[str, Any] = {"rate": price, "unit": UNITS[int(unit)]}
        if energy:
            tier["sell"] = sell
        if limit < NO_BOUND:
            tier["max"] = limit
        periods[int(period) - 1].append(tier)
    return periods


def series(path: Path, steps: int) -> list[Decimal]:
    """The kW of a file, held over the sub-steps when `steps` a year are more than the file has."""
    with path.open() as lines:
        values = [Decimal(row[0]) for row in csv.reader(lines)]
    many, left = divmod(steps, len(values))
    assert left == 0
    return [value for value in values for _ in range(many)]


def energy(kw: list[Decimal], step_s: int) -> Intervals:
    """Energy per step at nine decimals."""
    whole = [int((value * step_s / 3600).scaleb(SCALE).to_integral_value()) for value in kw]
    return Intervals(np.array(whole, dtype=np.int64), step_s, SCALE)
