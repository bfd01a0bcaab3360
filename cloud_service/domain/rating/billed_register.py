"""What a bill says of a register: its index when the billed days began and ended, and what it counted between them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np
from msgspec import UNSET

from cloud_service.domain.rating.index_usage import ends_of
from cloud_service.domain.rating.interval_usage import counted_while_mounted
from cloud_service.domain.rating.register_readings import (
    THOUSANDTHS,
    MountedRegister,
    PackedDays,
    SpanReadings,
)
from cloud_service.domain.rating.register_source import BilledIndex, DaysRead, IndexRead, RegisterSource
from cloud_service.domain.rating.span_ends import SpanEnds, span_ends
from common.reading import Kind


def register_source(name: str, register: MountedRegister, readings: SpanReadings) -> RegisterSource:
    """What an invoice says of a register it was made from: enough to find it again and to prove it unchanged."""
    source = RegisterSource(
        register_id=register.register_id,
        register=name,
        name=register.name,
        meter=register.meter,
        unit=register.unit,
        multiplier=register.multiplier.normalize(),
    )
    packed = readings.days.get(register.register_id)
    return _of_indexes(source, register, readings) if packed is None else _of_days(source, register, readings, packed)


def opened_at(register: MountedRegister, readings: SpanReadings) -> datetime:
    """When the register began to count for the span."""
    return max(readings.start, register.mounted)


def closed_at(register: MountedRegister, readings: SpanReadings) -> datetime:
    """When it ended to count for the span."""
    return min(readings.end, register.dismounted or readings.end)


def _of_days(
    source: RegisterSource, register: MountedRegister, readings: SpanReadings, packed: PackedDays
) -> RegisterSource:
    ends = span_ends(register, readings.ends.get(register.register_id, ()), readings.start, readings.end)
    counted = _counted(register, readings, packed)
    opened, closed = _billed_ends(register, readings, ends, counted)
    both_read = ends.opened is not None and ends.closed is not None
    return msgspec.structs.replace(
        source,
        indexes=tuple(IndexRead(end.at, end.value) for end in (opened, closed) if end) if both_read else UNSET,
        opened=opened or UNSET,
        closed=closed or UNSET,
        estimated=True if ends.estimated else UNSET,
        days=DaysRead(packed.days[0], packed.days[-1], len(packed.days)),
        counted=counted,
        sha256=hashlib.sha256(packed.body).hexdigest(),
    )


def _counted(register: MountedRegister, readings: SpanReadings, packed: PackedDays) -> int:
    """Of a meter that hung there on some of the days, or with another multiplier, what it counted as it did."""
    if register.covers(readings.start, readings.end):
        return int(np.frombuffer(packed.body, dtype="<i8").sum())
    return counted_while_mounted(register, packed, readings)


def _billed_ends(
    register: MountedRegister, readings: SpanReadings, ends: SpanEnds, counted: int
) -> tuple[BilledIndex | None, BilledIndex | None]:
    """The index at both ends; one that nobody read then is reckoned from the other, or from readings around it."""
    if register.kind != Kind.INDEX:
        return None, None
    opened, closed = ends.opened, ends.closed
    if opened is None and closed is None:
        opened = _between(readings.near.get(register.register_id, ()), opened_at(register, readings))
    if opened is None and closed is None:
        return None, None
    turn = 10 ** (register.digits + THOUSANDTHS) if register.digits else None
    first = _turned(closed - counted, turn) if opened is None and closed is not None else opened
    last = _turned(opened + counted, turn) if closed is None and opened is not None else closed
    if first is None or last is None:
        return None, None
    return (
        BilledIndex(opened_at(register, readings), first, ends.opened is None or ends.opened_estimated),
        BilledIndex(closed_at(register, readings), last, ends.closed is None or ends.closed_estimated),
    )


def _turned(index: int, turn: int | None) -> int:
    return index % turn if turn else index


def _between(indexes: Sequence[tuple[datetime, int]], at: datetime) -> int | None:
    """The index at an instant between two readings, as if it had grown evenly."""
    before = [reading for reading in indexes if reading[0] <= at]
    after = [reading for reading in indexes if reading[0] >= at]
    if not before or not after:
        return None
    (start, low), (end, high) = before[-1], after[0]
    if start == end:
        return low
    return low + max(high - low, 0) * int((at - start).total_seconds()) // int((end - start).total_seconds())


def _of_indexes(source: RegisterSource, register: MountedRegister, readings: SpanReadings) -> RegisterSource:
    """Of a register without validated days: its readings, and the index at both ends."""
    indexes = _around(readings.indexes.get(register.register_id, ()), readings.start, readings.end)
    source = msgspec.structs.replace(source, indexes=tuple(IndexRead(at, index) for at, index in indexes))
    if readings.so_far or register.kind != Kind.INDEX:
        return source
    (first, first_read), (last, last_read) = ends_of(register, readings)
    turn = 10 ** (register.digits + THOUSANDTHS) if register.digits else None
    return msgspec.structs.replace(
        source,
        counted=last - first,
        opened=BilledIndex(opened_at(register, readings), _turned(first, turn), not first_read),
        closed=BilledIndex(closed_at(register, readings), _turned(last, turn), not last_read),
        estimated=UNSET if first_read and last_read else True,
    )


def _around(indexes: Sequence[tuple[datetime, int]], start: datetime, end: datetime) -> Sequence[tuple[datetime, int]]:
    """The readings between two instants with one neighbour on each side."""
    before = [reading for reading in indexes if reading[0] <= start][-1:]
    after = [reading for reading in indexes if reading[0] >= end][:1]
    return [*before, *(reading for reading in indexes if start < reading[0] < end), *after]
