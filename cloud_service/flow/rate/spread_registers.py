"""Which registers were read too seldom for a price by the hour, and where: loaded for the contracts that have one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cloud_service.domain.rating.register_readings import DayEnds, MountedRegister
from cloud_service.domain.rating.spread_spans import SpreadSpan, estimated_spans
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing.billable_contracts import AssignedTariff, BillableContract
from cloud_service.store.metering.estimation.spread_readings import spread_by_readings
from cloud_service.store.tariffs.engine_cache import tariff_of
from common.errors import EnergyError

Mounted = Mapping[int, Sequence[MountedRegister]]  # by service point


def spread_spans(
    session: Session,
    members: Sequence[BillableContract],
    assignments: Mapping[int, Sequence[AssignedTariff]],
    mounted: Mounted,
    ends: Mapping[int, Sequence[DayEnds]],
    *,
    between: tuple[datetime, datetime],
) -> dict[int, list[SpreadSpan]]:
    """Register -> spans of which only the sum is known.

    Where no price depends on it, it is what the days tell; else the readings between are looked at.
    """
    spans: dict[int, list[SpreadSpan]] = {}
    by_the_hour: set[int] = set()
    depends: dict[tuple[int, ...], bool] = {}
    for contract in members:
        versions = [assignment.versions for assignment in assignments.get(contract.id, ())]
        for register in mounted.get(contract.service_point_id, ()):
            register_id = register.register_id
            if register_id not in spans:
                spans[register_id] = estimated_spans(ends.get(register_id, ()), contract.timezone)
            if spans[register_id] and any(_depends_on_steps(session, ids, depends) for ids in versions):
                by_the_hour.add(register_id)
    told_by_days = {register_id: register_spans for register_id, register_spans in spans.items() if register_spans}
    hourly = {register_id: told_by_days[register_id] for register_id in by_the_hour}
    return told_by_days | spread_by_readings(session, hourly, *between)


def priced_by_the_hour(
    session: Session,
    members: Sequence[BillableContract],
    assignments: Mapping[int, Sequence[AssignedTariff]],
    mounted: Mounted,
) -> list[int]:
    """The registers with a price that depends on when something was used."""
    depends: dict[tuple[int, ...], bool] = {}
    return [
        register.register_id
        for contract in members
        if any(_depends_on_steps(session, each.versions, depends) for each in assignments.get(contract.id, ()))
        for register in mounted.get(contract.service_point_id, ())
    ]


def _depends_on_steps(session: Session, versions: tuple[int, ...], depends: dict[tuple[int, ...], bool]) -> bool:
    """Whether a tariff has a price that depends on when something was used; one that cannot be read has none."""
    if versions not in depends:
        try:
            tariff = tariff_of(session, versions)
        except EnergyError:
            depends[versions] = False
        else:
            charges = (charge for version in tariff.versions for charge in version.document.charges)
            depends[versions] = any(charge.needs_steps() for charge in charges)
    return depends[versions]
