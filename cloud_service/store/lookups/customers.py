"""One client, account or connection by the id in its address, where the reader may know of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cloud_service.store.customers.tables import Account, Client, Site
from cloud_service.store.lists import customers
from cloud_service.store.lookups.existing import existing
from cloud_service.store.lookups.service_points import mounts_at
from cloud_service.store.metering.tables import Contract, ServicePoint
from cloud_service.store.scope import Scope
from cloud_service.store.tariffs.tables import Tariff, TariffAssignment


def client(session: Session, scope: Scope, public_id: UUID) -> Client:
    """A client."""
    return existing(
        session.scalar(select(Client).where(Client.public_id == public_id, *customers.in_scope(scope))), "client"
    )


def account(session: Session, scope: Scope, public_id: UUID) -> tuple[Account, Client]:
    """A money account and whose it is."""
    query = select(Account, Client).join(Client, Client.id == Account.client_id)
    row = session.execute(query.where(Account.public_id == public_id, *customers.in_scope(scope))).one_or_none()
    both = existing(row, "account")
    return both.Account, both.Client


def own_accounts(session: Session, scope: Scope) -> list[Account]:
    """The accounts of a customer, oldest first."""
    query = select(Account).join(Client, Client.id == Account.client_id).where(*customers.in_scope(scope))
    return list(session.scalars(query.order_by(Account.id)))


def own_client(session: Session, scope: Scope) -> Client:
    """The client that a customer signs in for."""
    return existing(session.scalar(select(Client).where(*customers.in_scope(scope)).order_by(Client.id)), "client")


@dataclass(frozen=True, slots=True)
class Connection:
    """A contract with its surroundings."""

    contract: Contract
    account: Account
    client: Client
    point: ServicePoint
    site: Site
    mounts: list[Any]
    tariffs: list[Any]


def connection(session: Session, scope: Scope, public_id: UUID) -> Connection:
    """A contract with its service point, meters and tariffs."""
    query = (
        select(Contract, Account, Client, ServicePoint, Site)
        .join(Account, Account.id == Contract.account_id)
        .join(Client, Client.id == Account.client_id)
        .join(ServicePoint, ServicePoint.id == Contract.service_point_id)
        .join(Site, Site.id == ServicePoint.site_id)
        .where(Contract.public_id == public_id, *customers.in_scope(scope))
    )
    row = existing(session.execute(query).one_or_none(), "connection")
    mounts = mounts_at(session, row.ServicePoint.id)
    tariffs = session.execute(
        select(Tariff, TariffAssignment)
        .join(TariffAssignment, TariffAssignment.tariff_id == Tariff.id)
        .where(TariffAssignment.contract_id == row.Contract.id)
        .order_by(func.lower(TariffAssignment.during).desc())
    )
    return Connection(row.Contract, row.Account, row.Client, row.ServicePoint, row.Site, mounts, list(tariffs))
