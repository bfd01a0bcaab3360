"""A price sheet to vary."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.tariffs.price_sheet.sheet import CounterPrice, HourPrice, Item, PriceSheet, Step, TaxRow

HOME = PriceSheet(
    name="Residential 2026", currency="KES", start=date(2026, 1, 1), pricing="steps",
    steps=(
        Step(None, Decimal(30), Decimal("12.22")),
        Step(Decimal(30), Decimal(100), Decimal("16.30")),
        Step(Decimal(100), None, Decimal("20.97")),
    ),
    items=(
        Item("Fixed charge", Decimal(150)),
        Item("Fuel cost charge", Decimal("3.16"), "unit"),
        Item("REP levy", Decimal(5), "percent"),
    ),
    taxes=(TaxRow("VAT", Decimal(16)),),
)  # fmt: skip
DAY_AND_NIGHT = (
    HourPrice("Night", Decimal("16.30"), "every", "22:00-06:00"),
    HourPrice("Weekend", Decimal(18), "weekend"),
    HourPrice("Day", Decimal("24.85")),
)
COUNTERS = (
    CounterPrice("Day rate", Decimal("0.3012"), "import_day"),
    CounterPrice("Night rate", Decimal("0.1507"), "import_night"),
)
ECONOMY = replace(
    HOME, name="Economy 7", currency="GBP", pricing="counters", steps=(), counters=COUNTERS,
    items=(Item("Standing charge", Decimal("0.5"), "day"),), taxes=(TaxRow("VAT", Decimal(5)),),
)  # fmt: skip


def sheet(**changes: Any) -> PriceSheet:
    return replace(HOME, **changes)
