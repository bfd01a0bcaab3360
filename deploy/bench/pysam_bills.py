"""Monthly bills of seeded random cases by NREL's PySAM; runs in PySAM's own environment, standard library beside it.

Reads seeds on standard input, writes one line of JSON a seed: bills without and with own generation.
"""

import json
import sys
import time
from typing import Any

from PySAM import Utilityrate5
from random_cases import (  # type: ignore[import-not-found]  # beside this file
    BENCHED,
    HOURS,
    MONTHS,
    STEPS,
    UNITS,
    generation_wh,
    has_generation,
    load_wh,
    record,
)

NO_BOUND = 1e38
SPEED_RUNS = 60
OPTIONS = {"Net Metering": 0, "Net Billing Instantaneous": 2, "Net Billing Hourly": 3, "Buy All Sell All": 4}


def one_based(rows: list[list[int]]) -> list[list[int]]:
    return [[number + 1 for number in row] for row in rows]


def price_of(tier: dict[str, Any]) -> float:
    return float(tier["rate"]) + float(tier.get("adj", 0))


def energy_rows(structure: list[list[dict[str, Any]]]) -> list[list[float]]:
    return [
        [
            period + 1,
            place + 1,
            tier.get("max", NO_BOUND),
            UNITS.index(tier["unit"]),
            price_of(tier),
            float(tier.get("sell", 0)),
        ]
        for period, tiers in enumerate(structure)
        for place, tier in enumerate(tiers)
    ]


def demand_rows(structure: list[list[dict[str, Any]]]) -> list[list[float]]:
    return [
        [period + 1, place + 1, tier.get("max", NO_BOUND), price_of(tier)]
        for period, tiers in enumerate(structure)
        for place, tier in enumerate(tiers)
    ]


def flat_rows(case: dict[str, Any]) -> list[list[float]]:
    structure, months = case["flatdemandstructure"], case["flatdemandmonths"]
    return [
        [month, place + 1, tier.get("max", NO_BOUND), price_of(tier)]
        for month in range(MONTHS)
        for place, tier in enumerate(structure[months[month]])
    ]


def model_of(case: dict[str, Any]) -> Any:
    """A PySAM model with the tariff of a case."""
    model = Utilityrate5.new()
    everything = [[1] * HOURS for _ in range(MONTHS)]
    rates: dict[str, Any] = {
        "en_electricity_rates": 1,
        "ur_metering_option": OPTIONS[case["dgrules"]],
        "ur_nm_yearend_sell_rate": float(case.get("yearend", 0)),
        "ur_nm_credit_month": 11,
        "ur_monthly_fixed_charge": float(case.get("fixedchargefirstmeter", 0)),
        "ur_monthly_min_charge": float(case["mincharge"]) if case.get("minchargeunits") == "$/month" else 0.0,
        "ur_annual_min_charge": float(case["mincharge"]) if case.get("minchargeunits") == "$/year" else 0.0,
        "ur_ec_tou_mat": energy_rows(case["energyratestructure"]),
        "ur_ec_sched_weekday": one_based(case["energyweekdayschedule"]),
        "ur_ec_sched_weekend": one_based(case["energyweekendschedule"]),
        "ur_dc_enable": 1 if "flatdemandstructure" in case else 0,
        "ur_dc_tou_mat": [[1, 1, NO_BOUND, 0]],
        "ur_dc_sched_weekday": everything,
        "ur_dc_sched_weekend": everything,
        "ur_dc_flat_mat": [[month, 1, NO_BOUND, 0] for month in range(MONTHS)],
        "ur_enable_billing_demand": 0,
        "TOU_demand_single_peak": 0,
        "ur_en_ts_buy_rate": 0,
        "ur_en_ts_sell_rate": 0,
        "rate_escalation": [0.0],
    }
    if "flatdemandstructure" in case:
        rates["ur_dc_flat_mat"] = flat_rows(case)
    if "demandratestructure" in case:
        rates["ur_dc_tou_mat"] = demand_rows(case["demandratestructure"])
        rates["ur_dc_sched_weekday"] = one_based(case["demandweekdayschedule"])
        rates["ur_dc_sched_weekend"] = one_based(case["demandweekendschedule"])
    if "lookbackpercent" in case:
        rates |= {
            "ur_enable_billing_demand": 1,
            "ur_billing_demand_lookback_percentages": [
                [float(case["lookbackpercent"]) * 100, 1] for _ in range(MONTHS)
            ],
            "ur_billing_demand_lookback_period": case["lookbackrange"],
            "ur_billing_demand_minimum": 0,
            "ur_dc_billing_demand_periods": [[1, 1]],
            "ur_yearzero_usage_peaks": [0.0] * MONTHS,
        }
    model.ElectricityRates.assign(rates)
    model.Lifetime.assign({"analysis_period": 1, "inflation_rate": 0.0, "system_use_lifetime_output": 0})
    model.SystemOutput.degradation = [0.0]
    return model


def bills(seed: int) -> dict[str, list[float]]:
    """Twelve bills without and with own generation."""
    case = record(seed)
    model = model_of(case)
    model.Load.load = [wh / 1000 for wh in load_wh(seed)]
    model.SystemOutput.gen = [wh / 1000 for wh in generation_wh(seed)] if has_generation(case) else [0.0] * STEPS
    model.execute(0)
    return {
        "without": list(model.Outputs.year1_monthly_utility_bill_wo_sys),
        "with": list(model.Outputs.year1_monthly_utility_bill_w_sys),
    }


def serve_speed() -> None:
    """For each name on standard input, the seconds a year-bill of `execute` alone, and the bills of the first load."""
    models = {}
    for line in sys.stdin:
        name = line.strip()
        if name not in models:
            model = models[name] = model_of(BENCHED[name]())
            model.SystemOutput.gen = [0.0] * STEPS
            model.Load.load = [wh / 1000 for wh in load_wh(1)]
            model.execute(0)
        model, start = models[name], time.process_time()
        for _ in range(SPEED_RUNS):
            model.execute(0)
        seconds = (time.process_time() - start) / SPEED_RUNS
        bills_of_first = list(model.Outputs.year1_monthly_utility_bill_wo_sys)
        print(json.dumps({"seconds": seconds, "bills": bills_of_first}), flush=True)


def main() -> None:
    if sys.argv[1:2] == ["speed"]:
        serve_speed()
        return
    for line in sys.stdin:
        print(json.dumps({"seed": int(line), **bills(int(line))}), flush=True)


if __name__ == "__main__":
    main()
