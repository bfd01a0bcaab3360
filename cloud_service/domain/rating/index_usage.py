"""Usage of registers that only show an index: its difference over the span, over rollovers and exchanged meters."""

from collections.abc import Sequence
from datetime import datetime

from cloud_service.domain.pricing.usage import Total
from cloud_service.domain.rating.register_readings import (
    THOUSANDTHS,
    MountedRegister,
    SpanReadings,
    factor_at,
    scale_of,
)
from common.errors import InputError
from common.period import zone

IndexReading = tuple[datetime, int]  # an instant, and what the register showed, in thousandths


def index_usage(registers: Sequence[MountedRegister], readings: SpanReadings) -> Total:
    """Differences of indexes at the span's (or mount's) ends; between two readings the index grows evenly by time."""
    scale, total = scale_of(registers), 0
    for register in registers:
        (first, _), (last, _) = ends_of(register, readings)
        total += (last - first) * factor_at(register, scale)
    return Total(total, readings.span.start, readings.span.end, scale)


def ends_of(register: MountedRegister, readings: SpanReadings) -> tuple[tuple[int, bool], tuple[int, bool]]:
    """The index when the register began and ended to count for the span, rollovers undone; whether it was read then."""
    indexes = _continued(register, readings.indexes.get(register.register_id, ()))
    opened, closed = max(readings.start, register.mounted), min(readings.end, register.dismounted or readings.end)
    last, first = (_index_at(indexes, at, register, readings.zone_name) for at in (closed, opened))
    read = {at for at, _ in indexes}
    return (first, opened in read), (last, closed in read)


def _continued(register: MountedRegister, readings: Sequence[IndexReading]) -> list[IndexReading]:
    """The indexes in order, rollovers undone, with the opening and closing index of the mount."""
    indexes = dict(readings)
    if register.opening is not None:
        indexes[register.mounted] = register.opening
    if register.closing is not None and register.dismounted is not None:
        indexes[register.dismounted] = register.closing
    continued: list[IndexReading] = []
    turned, before = 0, None
    for at, index in sorted(indexes.items()):
        if not register.covers(at, at):
            continue
        if before is not None and index < before:
            turned += _rollover(register, before, index)
        continued.append((at, index + turned))
        before = index
    return continued


def _rollover(register: MountedRegister, before: int, index: int) -> int:
    """What a rollover adds; an index that fell without one is refused, never billed as a negative."""
    turn = 10 ** (register.digits + THOUSANDTHS) if register.digits else 0
    if not turn or before - index < turn // 2:
        raise InputError(
            f"the index of {register.title} fell from {before} to {index} thousandths",
            code="index_fell",
            hint="record the meter exchange, or correct the reading",
        )
    return turn


def _index_at(indexes: Sequence[IndexReading], at: datetime, register: MountedRegister, zone_name: str) -> int:
    if not indexes:
        raise InputError(
            f"{register.title} has no readings in or around these days",
            code="missing_index",
            hint="read or estimate them, then run the billing again",
        )
    before = [reading for reading in indexes if reading[0] <= at]
    after = [reading for reading in indexes if reading[0] >= at]
    if not before or not after:
        side, local = "after" if before else "before", at.astimezone(zone(zone_name))
        raise InputError(
            f"{register.title} has no reading at or {side} {local:%Y-%m-%d %H:%M} ({zone_name})",
            code="missing_index",
            hint="read or estimate it, then run the billing again",
        )
    (start, low), (end, high) = before[-1], after[0]
    if start == end:
        return low
    return low + (high - low) * int((at - start).total_seconds()) // int((end - start).total_seconds())
