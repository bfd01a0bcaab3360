"""Registers at their places for tests about energy."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cloud_service.domain.metering.energy.counted_registers import PlacedRegister

PLACED = PlacedRegister(
    mount_id=1, register_id=1, register="import", quantity="active_energy", direction="import", unit="kWh",
    kind="index",
    step_s=900, billed=True, parts=frozenset(), meter_id=1, meter="M1", serial="1", meter_public_id="m1", point_id=1,
    point="Flat", point_public_id="p1", utility="electricity", site_id=1, site="House", site_public_id="s1",
    timezone="Europe/Berlin", mounted=datetime(2020, 1, 1, tzinfo=UTC), dismounted=None, multiplier=Decimal(1),
    first_known=datetime(2020, 1, 1, tzinfo=UTC),
)  # fmt: skip


def placed(**changes: Any) -> PlacedRegister:
    """A register of a flat in Berlin that was always there, with some changes."""
    return replace(PLACED, **changes)
