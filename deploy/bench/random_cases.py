# ruff: noqa: PLR2004 -- the shapes of random tariffs are numbers
"""Random tariffs and loads, the same for a seed in every process: read by us as URDB records, by PySAM as its inputs.

Standard library only, since PySAM lives in an environment of its own. Loads are whole watt hours, prices have at most
five decimals, so that nothing is rounded before the comparison.
"""

import random
from typing import Any

HOURS, MONTHS = 24, 12
STEPS = 8760
KINDS = ("plain", "plain", "demand", "ratchet", "net_metering", "net_billing", "carry", "buy_all")
UNITS = ("kWh", "kWh/kW", "kWh daily", "kWh/kW daily")
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def price(rng: random.Random, low: float, high: float) -> str:
    """A price as text."""
    return f"{rng.uniform(low, high):.5f}"


def schedule(rng: random.Random, periods: int) -> tuple[list[list[int]], list[list[int]]]:
    """Weekday and weekend rows: one or two seasons, each with a few blocks of hours."""
    seasons = rng.choice((1, 2))
    first, last = sorted(rng.sample(range(1, 12), 2))
    season_rows = []
    for _ in range(seasons):
        weekday = [rng.randrange(periods)] * HOURS
        for _ in range(rng.randint(0, 3)):
            start = rng.randrange(HOURS)
            end = rng.randint(start + 1, HOURS)
            weekday[start:end] = [rng.randrange(periods)] * (end - start)
        weekend = list(weekday) if rng.random() < 0.3 else [rng.randrange(periods)] * HOURS
        season_rows.append((weekday, weekend))
    chosen = [season_rows[1 if seasons == 2 and first <= month < last else 0] for month in range(MONTHS)]
    return [list(row) for row, _ in chosen], [list(row) for _, row in chosen]


def energy_part(rng: random.Random, kind: str, *, demand: bool) -> dict[str, Any]:
    """Periods with tiers; the bounds are the same in every period, as PySAM wants them."""
    periods = rng.choice((1, 2, 3, 4, 6))
    tiers = rng.choice((1, 1, 2, 3, 4))
    exports = kind in ("net_billing", "carry", "buy_all")
    with_sell = exports and tiers == 1  # PySAM credits surplus over a tier's bound wrongly
    unit = rng.choice(UNITS[:3] if not demand else UNITS) if not exports else rng.choice(("kWh", "kWh daily"))
    size = {"kWh": (60, 600), "kWh daily": (2, 20), "kWh/kW": (30, 200), "kWh/kW daily": (1, 8)}[unit]
    bounds, bound = [], 0
    for _ in range(tiers - 1):
        bound += rng.randint(*size)
        bounds.append(bound)
    structure = []
    for _ in range(periods):
        rows = []
        for tier in range(tiers):
            row: dict[str, Any] = {"rate": price(rng, 0.03, 0.6), "unit": unit}
            if exports:
                row["sell"] = price(rng, 0.01, 0.3) if with_sell else "0"
            if rng.random() < 0.3:
                row["adj"] = price(rng, -0.02, 0.05)
            if tier < tiers - 1:
                row["max"] = bounds[tier]
            rows.append(row)
        structure.append(rows)
    weekday, weekend = schedule(rng, periods)
    return {"energyratestructure": structure, "energyweekdayschedule": weekday, "energyweekendschedule": weekend}


def limits(rng: random.Random) -> list[int]:
    """Bounds of a demand ladder."""
    bounds, bound = [], 0
    for _ in range(rng.choice((0, 1, 2))):
        bound += rng.randint(2, 6)
        bounds.append(bound)
    return bounds


def ladder(rng: random.Random, bounds: list[int]) -> list[dict[str, Any]]:
    """Tiers of a demand charge."""
    rows: list[dict[str, Any]] = [{"rate": price(rng, 1, 25), "unit": "kW", "max": bound} for bound in bounds]
    return [*rows, {"rate": price(rng, 1, 25), "unit": "kW"}]


def demand_part(rng: random.Random, *, ratchet: bool) -> dict[str, Any]:
    """Flat demand by month and, without a ratchet, demand by time of use."""
    flat = rng.choice((1, 2, 3))
    fields: dict[str, Any] = {
        "flatdemandstructure": [ladder(rng, limits(rng)) for _ in range(flat)],
        "flatdemandmonths": [rng.randrange(flat) for _ in range(MONTHS)],
    }
    if not ratchet and rng.random() < 0.6:
        periods = rng.choice((1, 2, 3))
        weekday, weekend = schedule(rng, periods)
        bounds = limits(rng)  # the same in every period, as PySAM wants them
        fields |= {
            "demandratestructure": [ladder(rng, bounds) for _ in range(periods)],
            "demandweekdayschedule": weekday,
            "demandweekendschedule": weekend,
        }
    if ratchet:
        fields |= {"lookbackpercent": f"{rng.uniform(0.3, 1):.2f}", "lookbackrange": rng.randint(1, 11)}
    return fields


RULES = {
    "net_metering": "Net Metering",
    "net_billing": "Net Billing Instantaneous",
    "carry": "Net Billing Hourly",
    "buy_all": "Buy All Sell All",
}


def record(seed: int) -> dict[str, Any]:
    """The tariff of a seed as a record of the URDB; numbers with a point are text."""
    rng = random.Random(seed)
    kind = rng.choice(KINDS)
    demand = kind in ("demand", "ratchet") or rng.random() < 0.2
    fields: dict[str, Any] = {"name": f"case {seed}", "kind": kind, "dgrules": RULES.get(kind, "Net Metering")}
    fields |= energy_part(rng, kind, demand=demand)
    if demand:
        fields |= demand_part(rng, ratchet=kind == "ratchet")
    if rng.random() < 0.7:
        fields |= {"fixedchargefirstmeter": price(rng, 1, 40), "fixedchargeunits": "$/month"}
    if rng.random() < 0.3:
        fields |= {"mincharge": price(rng, 5, 120), "minchargeunits": rng.choice(("$/month", "$/year"))}
    if kind == "net_metering":
        fields["yearend"] = price(rng, 0.01, 0.1)
    return fields


def load_wh(seed: int) -> list[int]:
    """A year of hourly watt hours: a base, an evening, weekends, seasons and noise."""
    rng = random.Random(seed * 2 + 1)
    base, evening, season = rng.uniform(100, 1500), rng.uniform(100, 4000), rng.uniform(0, 1.5)
    hours = [base + (evening if 17 <= hour < 22 else evening * 0.3 if 6 <= hour < 9 else 0) for hour in range(HOURS)]
    watt_hours, gauss = [], rng.random
    for day in range(STEPS // HOURS):
        scale = 1 + season * abs(day - 182) / 182 + (0.3 if day % 7 >= 5 else 0)
        watt_hours += [int(hours[hour] * scale * (0.4 + 1.2 * gauss())) for hour in range(HOURS)]
    return watt_hours


def generation_wh(seed: int) -> list[int]:
    """A year of hourly watt hours of a small solar system."""
    rng = random.Random(seed * 2)
    peak, watt_hours, noise = rng.uniform(500, 5000), [], rng.random
    for day in range(STEPS // HOURS):
        height = 0.5 + 0.5 * (1 - abs(day - 172) / 193)
        cloud = 0.3 + 0.7 * noise()
        watt_hours += [int(peak * height * cloud * max(0.0, 1 - ((hour - 12.5) / 6) ** 2)) for hour in range(HOURS)]
    return watt_hours


def has_generation(case: dict[str, Any]) -> bool:
    """Whether the case has a load with own generation."""
    return case["kind"] in RULES


def _every_month(weekday: list[int], weekend: list[int]) -> dict[str, Any]:
    return {
        "energyweekdayschedule": [list(weekday) for _ in range(MONTHS)],
        "energyweekendschedule": [list(weekend) for _ in range(MONTHS)],
    }


def residential() -> dict[str, Any]:
    """Time of use with a daily baseline, two seasons: what a household in California has."""
    prices = (("0.44100", "0.52240"), ("0.31800", "0.39940"), ("0.31617", "0.39757"), ("0.28617", "0.36757"))
    structure = []
    for period, (low, high) in enumerate(prices):
        bound = "13.5" if period < 2 else "11"
        structure.append([{"rate": low, "unit": "kWh daily", "max": float(bound)}, {"rate": high, "unit": "kWh daily"}])
    summer, winter = [1] * 16 + [0] * 5 + [1] * 3, [3] * 16 + [2] * 5 + [3] * 3
    rows = [summer if 5 <= month < 9 else winter for month in range(MONTHS)]
    return {
        "name": "residential",
        "dgrules": "Net Metering",
        "energyratestructure": structure,
        "energyweekdayschedule": [list(row) for row in rows],
        "energyweekendschedule": [list(row) for row in rows],
        "fixedchargefirstmeter": "24.15",
        "fixedchargeunits": "$/month",
    }


def commercial() -> dict[str, Any]:
    """Time of use for energy, demand of the month with blocks and a ratchet of 80 % over eleven months."""
    structure = [
        [{"rate": "0.21340", "unit": "kWh"}],
        [{"rate": "0.14210", "unit": "kWh"}],
        [{"rate": "0.09875", "unit": "kWh"}],
    ]
    weekday = [2] * 7 + [1] * 5 + [0] * 6 + [1] * 3 + [2] * 3
    return {
        "name": "commercial",
        "dgrules": "Net Metering",
        "energyratestructure": structure,
        **_every_month(weekday, [2] * HOURS),
        "flatdemandstructure": [
            [{"rate": "8.25", "unit": "kW", "max": 3}, {"rate": "14.10", "unit": "kW"}],
            [{"rate": "6.50", "unit": "kW", "max": 3}, {"rate": "11.20", "unit": "kW"}],
        ],
        "flatdemandmonths": [1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1],
        "lookbackpercent": "0.80",
        "lookbackrange": 11,
        "fixedchargefirstmeter": "61.00",
        "fixedchargeunits": "$/month",
    }


BENCHED = {"residential": residential, "commercial": commercial}
