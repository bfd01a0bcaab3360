"""Records of the URDB in both shapes, so that a test names only what it is about."""

from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.domain.tariffs.urdb import import_urdb
from common.period import Span
from tests.cloud_service.domain.builders import bill, steady

D = Decimal
HOURS = [[0] * 24 for _ in range(12)]
PEAK = [[0] * 16 + [1] * 5 + [0] * 3 for _ in range(12)]
JUNE = Span(date(2026, 6, 1), date(2026, 7, 1))


def record(**fields: Any) -> dict[str, Any]:
    """A flat rate, unless something else is said."""
    return {
        "utility": "A Utility",
        "name": "A Rate",
        "energyratestructure": [[{"rate": D("0.10")}]],
        "energyweekdayschedule": HOURS,
        "energyweekendschedule": HOURS,
        **fields,
    }


def book(**fields: Any) -> dict[str, Any]:
    """The same in the ratebook form."""
    tier = {"rate": "0.10", "adj": "0.01", "max": None, "max_unit": "kWh", "sell": None}
    return {
        "identity": {"utility_id": "A Utility", "plan_name": "A Rate"},
        "effective_range": {"start": "2026-06-01", "end": None, "scheduled_end": "2026-11-01"},
        "energy": {"periods": [{"tiers": [tier]}]},
        "schedule": {"weekday": HOURS, "weekend": HOURS, "holiday_policy": "unknown"},
        "fixed_charges": [{"amount": "0.50", "unit": "$/day"}],
        "min_charge": None,
        "unsupported": [],
        "metering": "none",
        **fields,
    }


def june(document: dict[str, Any], kw: str = "1", back_kw: str | None = None) -> RatingResult:
    """The bill of a steady load in June, priced as the record says; `back_kw` is a steady export."""
    registers = {} if back_kw is None else {"export": steady(back_kw, JUNE, "UTC", 60)}
    tariff = load_tariff(import_urdb(document).document)
    return bill(tariff, steady(kw, JUNE, "UTC", 60), JUNE, "UTC", **registers)  # type: ignore[arg-type]  # registers only
