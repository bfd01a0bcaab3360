"""The report of a span: a row for each group and measure, beside it the spans before, below it the sums of all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cloud_service.domain.metering.energy.counted_registers import Measure
from cloud_service.domain.metering.energy.counted_twice import CountedTwice, counted_twice
from cloud_service.domain.metering.energy.feeding import Balance, NetEnergy, Place, balance_of_all, balances
from cloud_service.domain.metering.energy.figures import Comparison, SpanEnergy, compared
from cloud_service.domain.metering.energy.grouping import Group, GroupBy, Placement

NO_ENERGY = SpanEnergy()
EVERYTHING = Group("", "")


@dataclass(frozen=True, slots=True)
class MeasuredPlacement:
    """A register's window under its group, with what it counted."""

    placement: Placement
    energy: SpanEnergy


@dataclass(frozen=True, slots=True)
class EnergyRow:
    """A group's energy in one measure; `repeats` says that others count it once more, and the sums leave it out."""

    group: Group
    measure: Measure
    now: SpanEnergy
    before: Comparison | None
    year_before: Comparison | None
    members: tuple[MeasuredPlacement, ...]
    balance: Balance | None = None
    repeats: bool = False
    gaps: int = 0

    @property
    def meters(self) -> int:
        """How many meters counted."""
        return len({member.placement.window.register.meter_id for member in self.members})


Spans = Sequence[Sequence[MeasuredPlacement]]


@dataclass(frozen=True, slots=True)
class EnergyTable:
    """The rows, and the sum of each measure."""

    rows: tuple[EnergyRow, ...]
    sums: tuple[EnergyRow, ...]


def energy_table(by: GroupBy, spans: Spans, feeding: Mapping[Place, Place]) -> EnergyTable:
    """The table from what was counted in each span: the span itself, the one before, the one of the year before."""
    members: dict[str, list[Placement]] = {}
    for counted in spans[0]:
        members.setdefault(counted.placement.group.id, []).append(counted.placement)
    rows = _rows(spans, {group: counted_twice(placed, feeding) for group, placed in members.items()})
    everything = [[_under_everything(counted) for counted in span] for span in spans]
    twice = counted_twice((counted.placement for counted in spans[0]), feeding)
    sums = _rows(everything, {EVERYTHING.id: twice})
    if by == GroupBy.METER:
        rows = [replace(row, repeats=any(twice.has(member.placement) for member in row.members)) for row in rows]
    if by == GroupBy.CLIENT:
        return EnergyTable(tuple(rows), tuple(sums))
    each = balances(_nets(spans[0]), feeding)
    rows = [_balanced(row, members[row.group.id], each, feeding) for row in rows]
    everyone = [counted.placement for counted in spans[0]]
    return EnergyTable(tuple(rows), tuple(_balanced(row, everyone, each, feeding) for row in sums))


def _under_everything(counted: MeasuredPlacement) -> MeasuredPlacement:
    """The same under the group that has everything."""
    return MeasuredPlacement(Placement(EVERYTHING, counted.placement.window), counted.energy)


def _rows(spans: Spans, twice: Mapping[str, CountedTwice]) -> list[EnergyRow]:
    """A row for each group and measure of the first span, in the order in which they come."""
    sums: list[dict[tuple[str, Measure], SpanEnergy]] = []
    members: dict[tuple[str, Measure], list[MeasuredPlacement]] = {}
    for place, span in enumerate(spans):
        sums.append({})
        for counted in span:
            placement = counted.placement
            if twice.get(placement.group.id, CountedTwice()).has(placement):
                continue
            key = (placement.group.id, placement.measure)
            sums[-1][key] = sums[-1].get(key, NO_ENERGY) + counted.energy
            if place == 0:
                members.setdefault(key, []).append(counted)
    return [_row(key, measured, sums) for key, measured in members.items()]


def _row(
    key: tuple[str, Measure], members: list[MeasuredPlacement], sums: Sequence[Mapping[tuple[str, Measure], SpanEnergy]]
) -> EnergyRow:
    now, *others = [span.get(key, NO_ENERGY) for span in sums]
    before, year_before = ([compared(now, other) for other in others] + [None, None])[:2]
    return EnergyRow(members[-1].placement.group, key[1], now, before, year_before, tuple(members))


def _nets(measured: Iterable[MeasuredPlacement]) -> dict[Place, NetEnergy]:
    """What each place took and gave."""
    nets: dict[Place, NetEnergy] = {}
    for counted in measured:
        place, energy = counted.placement.place, counted.energy
        net = nets.get(place, NetEnergy())
        is_given = counted.placement.measure.direction == "export"
        nets[place] = NetEnergy(net.taken, net.given + energy) if is_given else NetEnergy(net.taken + energy, net.given)
    return nets


def _balanced(
    row: EnergyRow, placements: Iterable[Placement], each: Mapping[Place, Balance], feeding: Mapping[Place, Place]
) -> EnergyRow:
    """With the balance of the row's main meters, said once: with what was taken."""
    if row.measure.direction == "export":
        return row
    places = {
        placement.place for placement in placements if placement.place[1:] == (row.measure.utility, row.measure.unit)
    }
    return replace(row, balance=balance_of_all({place: each[place] for place in places if place in each}, feeding))
