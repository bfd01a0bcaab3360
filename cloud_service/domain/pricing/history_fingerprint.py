"""What a bill leaves over to later ones, as a fingerprint: equal where it makes no difference to them."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import plain
from cloud_service.domain.pricing.usage import NOTHING_BEFORE, History


def fingerprint(history: History) -> str:
    """Empty where nothing is left over; credit of 0 and sums of 0 are nothing, and unrounded sums move no money."""
    if history == NOTHING_BEFORE:
        return ""
    left = {
        "peaks": {name: [[day.isoformat(), plain(kw)] for day, kw in peaks] for name, peaks in history.peaks.items()},
        "energy_credit": {name: _above_nothing(credit) for name, credit in history.energy_credit.items()},
        "money_credit": _above_nothing(history.money_credit),
        "year_to_date": _above_nothing(history.year_to_date),
    }
    document = _without_empty(left)
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest() if document else ""


def builds_on(before: History, left: History) -> bool:
    """Whether days build on those before: something was left over, or their tariff keeps something from bill to bill.

    What it keeps has a name in what it leaves over, be it nothing at the moment: a credit of 0, a sum that began.
    """
    return bool(fingerprint(before)) or any(getattr(left, name) for name in History.__struct_fields__)


def _above_nothing(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: plain(amount) for name, amount in amounts.items() if amount}


def _without_empty(document: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = {name: _without_empty(value) if isinstance(value, dict) else value for name, value in document.items()}
    return {name: value for name, value in cleaned.items() if value}
