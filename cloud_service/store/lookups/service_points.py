"""One service point by the id in its address: what hung there, who was supplied, what its meter counts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cloud_service.store.customers.tables import Account, Client, Site
from cloud_service.store.lists.metering import sites_in_scope
from cloud_service.store.lookups.existing import existing
from cloud_service.store.metering.tables import Contract, Meter, MeterMount, Register, ServicePoint
from cloud_service.store.scope import Scope
from cloud_service.store.tariffs.tables import Tariff


@dataclass(frozen=True, slots=True)
class PointPage:
    """A service point with its surroundings; `registers` are those of the meter that hangs there now."""

    point: ServicePoint
    site: Site
    above: ServicePoint | None
    below: list[ServicePoint]
    mounts: list[Any]
    contracts: list[Any]
    registers: list[Register]
    owner: Account | None
    owner_tariff: Tariff | None


def point(session: Session, scope: Scope, public_id: UUID) -> PointPage:
    """A service point, newest meters and contracts first."""
    query = select(ServicePoint, Site).join(Site, Site.id == ServicePoint.site_id)
    limits = sites_in_scope(scope)
    row = existing(
        session.execute(query.where(ServicePoint.public_id == public_id, *limits)).one_or_none(), "service point"
    )
    service_point: ServicePoint = row.ServicePoint
    below = session.scalars(
        select(ServicePoint)
        .where(ServicePoint.parent_id == service_point.id)
        .order_by(ServicePoint.name, ServicePoint.id)
    )
    mounts = mounts_at(session, service_point.id)
    hanging = [mount.Meter.id for mount in mounts if mount.MeterMount.during.upper is None]
    registers = session.scalars(select(Register).where(Register.meter_id.in_(hanging)).order_by(Register.id))
    vacancy = service_point.settings.get("vacancy", {})
    return PointPage(
        point=service_point,
        site=row.Site,
        above=session.get(ServicePoint, service_point.parent_id) if service_point.parent_id else None,
        below=list(below),
        mounts=mounts,
        contracts=_contracts(session, service_point.id),
        registers=list(registers),
        owner=session.get(Account, vacancy["account"]) if vacancy else None,
        owner_tariff=session.get(Tariff, vacancy["tariff"]) if vacancy else None,
    )


def mounts_at(session: Session, point_id: int) -> list[Any]:
    """(Meter, MeterMount) of a service point, newest first."""
    return list(
        session.execute(
            select(Meter, MeterMount)
            .join(MeterMount, MeterMount.meter_id == Meter.id)
            .where(MeterMount.service_point_id == point_id)
            .order_by(func.lower(MeterMount.during).desc())
        )
    )


def _contracts(session: Session, point_id: int) -> list[Any]:
    return list(
        session.execute(
            select(Contract, Account, Client)
            .join(Account, Account.id == Contract.account_id)
            .join(Client, Client.id == Account.client_id)
            .where(Contract.service_point_id == point_id, ~func.isempty(Contract.during))
            .order_by(func.lower(Contract.during).desc())
        )
    )
