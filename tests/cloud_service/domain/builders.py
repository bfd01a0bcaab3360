"""Tariffs and uses with defaults, so that a test names only what it is about."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.usage import History, Intervals, RegisterUsage, Total, Usage
from cloud_service.domain.rating.engine import rate
from cloud_service.domain.tariffs.tariff import Tariff, load_tariff
from common.period import Span

BERLIN = "Europe/Berlin"
MARCH = Span(date(2026, 3, 1), date(2026, 4, 1))
JANUARY = Span(date(2026, 1, 1), date(2026, 2, 1))
PEAK = {
    "periods": [
        {"name": "peak", "days": ["weekday"], "hours": ["16:00-21:00"]},
        {"name": "off_peak"},
    ]
}


def make_document(*charges: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """A document with some charges."""
    return {"id": "tariff", "currency": "EUR", "charges": list(charges), **rest}


def make_tariff(*charges: dict[str, Any], **rest: Any) -> Tariff:
    """A tariff with some charges."""
    return load_tariff(make_document(*charges, **rest))


def energy(**fields: Any) -> dict[str, Any]:
    """An energy charge; flat if nothing is said."""
    return {"kind": "energy", **(fields or {"price": "0.25"})}


def steady(kw: str = "1", span: Span = MARCH, zone_name: str = BERLIN, minutes: int = 15) -> Intervals:
    """The same power in every step."""
    steps = grid(span.start, span.end, zone_name, minutes * 60)
    return Intervals(np.full(steps.steps, int(Decimal(kw) * 1000 * minutes / 60), dtype=np.int64), minutes * 60)


def noise(seed: int, span: Span = MARCH, zone_name: str = BERLIN, minutes: int = 15) -> Intervals:
    """Another power in every step."""
    steps = grid(span.start, span.end, zone_name, minutes * 60)
    return Intervals(np.random.default_rng(seed).integers(0, 5000, size=steps.steps), minutes * 60)


def total(units: str, span: Span = MARCH) -> Total:
    """A total without intervals."""
    return Total(int(Decimal(units) * 1000), span.start, span.end)


def bill(
    tariff: Tariff,
    register: RegisterUsage | None = None,
    span: Span = MARCH,
    zone_name: str = BERLIN,
    *,
    history: History | None = None,
    cycle_day: int = 1,
    values: dict[str, Decimal] | None = None,
    **registers: RegisterUsage,
) -> RatingResult:
    """The bill of one connection; `register` is its import."""
    used = {**({"import": register} if register is not None else {}), **registers}
    return rate(tariff, Usage(used, history or History(), values or {}), span, zone_name, cycle_day)


def amounts(rating: RatingResult) -> list[str]:
    """The amounts of the lines as text."""
    return [str(line.amount) for line in rating.lines]
