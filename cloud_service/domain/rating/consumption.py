"""What the billed registers at a service point counted on some days, as one sum: what bills call the consumption."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from cloud_service.domain.pricing.usage import Intervals, RegisterUsage
from cloud_service.domain.rating.metered_usage import BESIDE, engine_name, metered_usage
from cloud_service.domain.rating.register_readings import MountedRegister, SpanReadings
from cloud_service.domain.tariffs.unpriced import TOTAL
from common.errors import InputError
from common.period import Span, local_day


@dataclass(frozen=True, slots=True)
class Consumption:
    """A sum and its unit."""

    quantity: Decimal
    unit: str


def consumption(
    mounted: Sequence[MountedRegister], utility: str, readings: SpanReadings, *, empty: bool = False
) -> Consumption:
    """The sum of the days; days or values that are not there are refused, never taken for zero.

    Nobody lived there (`empty`): days before a meter came and after it went count nothing.
    """
    taken = [
        register
        for register in mounted
        if register.direction != "export"
        and engine_name(register, utility) not in BESIDE
        and register.touches(readings.start, readings.end)
    ]
    units = sorted({register.unit for register in taken})
    if len(units) > 1:
        raise InputError(f"its meters count in {' and '.join(units)}", code="mixed_units")
    if empty:
        if not taken:
            return Consumption(Decimal(0), "")
        readings = _while_mounted(taken, readings)
    usages = metered_usage(taken, utility, readings).registers
    quantity = sum((_sum(usage) for usage in _once(usages)), Decimal(0))
    return Consumption(quantity, units[0] if units else "")


def _while_mounted(registers: Sequence[MountedRegister], readings: SpanReadings) -> SpanReadings:
    """The readings of the days from the first meter's first to the last one's last."""
    span, zone = readings.span, readings.zone_name
    first = max(span.start, min(local_day(register.mounted, zone) for register in registers))
    gone = [register.dismounted for register in registers]
    last = [local_day(at, zone) + timedelta(days=1) for at in gone if at is not None]
    end = span.end if len(last) < len(gone) else min(span.end, max(last))
    return replace(readings, span=Span(first, end))


def _once(usages: dict[str, RegisterUsage]) -> list[RegisterUsage]:
    """All of them, but beside a register that counts several rates together these are left out."""
    rates = {name: usage for name, usage in usages.items() if "_" in name}
    together = [usage for name, usage in rates.items() if name.endswith(TOTAL)]
    return [usage for name, usage in usages.items() if name not in rates] + (together or list(rates.values()))


def _sum(usage: RegisterUsage) -> Decimal:
    counted = int(usage.values.sum()) if isinstance(usage, Intervals) else int(usage.value)
    return Decimal(counted).scaleb(-usage.scale)
