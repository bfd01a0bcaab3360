"""What was counted at service points on some days, measured as bills measure it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.consumption import Consumption, consumption
from cloud_service.domain.rating.register_readings import MountedRegister, SpanReadings
from cloud_service.store.invoicing import billable_contracts, billed_usage
from common.errors import InputError
from common.period import Span, day_start

READ_BEFORE, READ_AFTER = timedelta(days=400), timedelta(days=100)  # where indexes around the span may lie
PLACES = text(
    """
    SELECT p.id, p.utility, s.timezone
      FROM service_point p
      JOIN site s ON s.id = p.site_id
     WHERE p.id = ANY(:ids)
     ORDER BY s.timezone, p.id
    """
)


@dataclass(frozen=True, slots=True)
class MeasuredPlace:
    """A service point on some days; where nobody lived, days without a meter count nothing."""

    point_id: int
    span: Span
    empty: bool = False


@dataclass(frozen=True, slots=True)
class _Point:
    id: int
    utility: str
    timezone: str


def consumption_at(session: Session, places: Sequence[MeasuredPlace]) -> list[Consumption | InputError]:
    """What was counted at each place in its days, or why that cannot be said."""
    rows = session.execute(PLACES, {"ids": [place.point_id for place in places]}).mappings()
    points = {row["id"]: _Point(**row) for row in rows}
    groups: dict[tuple[Span, str], list[MeasuredPlace]] = {}
    for place in places:
        groups.setdefault((place.span, points[place.point_id].timezone), []).append(place)
    sums: dict[MeasuredPlace, Consumption | InputError] = {}
    for (span, zone), members in groups.items():
        mounted, readings = _read(session, [place.point_id for place in members], span, zone)
        for place in members:
            registers, utility = mounted.get(place.point_id, ()), points[place.point_id].utility
            try:
                sums[place] = consumption(registers, utility, readings, empty=place.empty)
            except InputError as error:
                sums[place] = error
    return [sums[place] for place in places]


def _read(
    session: Session, points: Sequence[int], span: Span, zone: str
) -> tuple[Mapping[int, list[MountedRegister]], SpanReadings]:
    """The registers at the points, and what was read of them."""
    first, last = day_start(span.start, zone), day_start(span.end, zone)
    mounted = billable_contracts.mounted_registers(session, points, first, last)
    registers = [register for members in mounted.values() for register in members]
    ids = [register.register_id for register in registers]
    stored = billed_usage.read_days(session, ids, span)
    undated = [register for register in ids if register not in stored.packed]
    indexes = billed_usage.indexes(session, undated, first - READ_BEFORE, last + READ_AFTER) if undated else {}
    return mounted, SpanReadings(span, zone, stored.packed, indexes, shared=stored.shared)
