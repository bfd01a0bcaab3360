"""Clients, accounts and connections as people list them."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select

from cloud_service.store.customers.tables import Account, AccountMode, Client, LegalEntity, Site
from cloud_service.store.invoicing.tables import Invoice
from cloud_service.store.lists.paging import AnySelect, Listing, ListQuery, SqlColumn, filters_equal, text_in
from cloud_service.store.metering.tables import Contract, Meter, MeterMount, ServicePoint
from cloud_service.store.receivables.ledger_tables import LedgerAccount, LedgerLineRow
from cloud_service.store.scope import Scope
from cloud_service.store.tariffs.tables import Tariff, TariffAssignment


def in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """Clients the reader may know of."""
    limits: list[ColumnElement[bool]] = []
    if scope.entities is not None:
        limits.append(Client.legal_entity_id.in_(scope.entities))
    if scope.clients is not None:
        limits.append(Client.id.in_(scope.clients))
    return limits


def balance(*kinds: str) -> ColumnElement[Any]:
    """What the ledger says of an account, of all entries so far (debit positive)."""
    return func.coalesce(
        select(func.sum(LedgerLineRow.amount))
        .join(LedgerAccount, LedgerAccount.id == LedgerLineRow.ledger_account_id)
        .where(LedgerAccount.account_id == Account.id, LedgerAccount.kind.in_(kinds))
        .correlate(Account)
        .scalar_subquery(),
        0,
    )


def mode_on(today: date) -> ColumnElement[Any]:
    """`prepaid` or `postpaid` on a day."""
    return func.coalesce(
        select(AccountMode.mode)
        .where(AccountMode.account_id == Account.id, AccountMode.during.contains(today))
        .correlate(Account)
        .scalar_subquery(),
        literal("postpaid"),
    )


def clients(scope: Scope, query: ListQuery, today: date) -> Listing:
    """Filters: `kind`, `address` (its state, or none). The text finds names, numbers and e-mail addresses."""
    accounts = select(func.count()).where(Account.client_id == Client.id).correlate(Client).scalar_subquery()
    connections, last_bill = _connections_of_client(today), _last_bill_of_client()
    address = case((Client.address == "", "none"), else_=Client.address_state)
    statement = select(
        Client.public_id,
        Client.number,
        Client.name,
        Client.kind,
        Client.email,
        Client.phone,
        Client.country,
        Client.locale,
        address.label("address"),
        accounts.label("accounts"),
        connections.label("connections"),
        last_bill.label("last_bill"),
    ).where(
        *in_scope(scope),
        *text_in(query, Client.name, Client.number, Client.email),
        *filters_equal(query, kind=Client.kind, address=address),
    )
    columns = {
        "number": Client.number,
        "name": Client.name,
        "kind": Client.kind,
        "email": Client.email,
        "address": address,
        "accounts": accounts,
        "connections": connections,
        "last_bill": last_bill,
    }
    return Listing(statement, columns, ("name", False), Client.id)


def _connections_of_client(today: date) -> ColumnElement[Any]:
    return (
        select(func.count())
        .select_from(Contract)
        .join(Account, Account.id == Contract.account_id)
        .where(Account.client_id == Client.id, Contract.during.contains(today))
        .correlate(Client)
        .scalar_subquery()
    )


def _last_bill_of_client() -> ColumnElement[Any]:
    return (
        select(func.max(Invoice.bill_date))
        .join(Account, Account.id == Invoice.account_id)
        .where(Account.client_id == Client.id)
        .correlate(Client)
        .scalar_subquery()
    )


def accounts(scope: Scope, query: ListQuery, today: date) -> Listing:
    """Filters: `mode`, `client`, `currency`."""
    mode, owed, credit = mode_on(today), balance("receivable"), -balance("credit")
    statement = (
        select(
            Account.public_id,
            Account.number,
            Client.name.label("tenant"),
            Client.public_id.label("client_public_id"),
            Account.currency,
            mode.label("mode"),
            Account.billing_cycle,
            Account.payment_terms_days,
            Account.delivery,
            owed.label("outstanding"),
            credit.label("credit"),
        )
        .join(Client, Client.id == Account.client_id)
        .where(
            *in_scope(scope),
            *text_in(query, Client.name, Account.number),
            *filters_equal(query, mode=mode, client=Client.number, currency=Account.currency),
        )
    )
    columns = {
        "number": Account.number,
        "tenant": Client.name,
        "currency": Account.currency,
        "mode": mode,
        "outstanding": owed,
        "credit": credit,
    }
    return Listing(statement, columns, ("number", False), Account.id)


def connections(scope: Scope, query: ListQuery, today: date) -> Listing:
    """Filters: `state` (active, ended, future), `site`, `account`, `mode`."""
    mode, state, meter = mode_on(today), _state_on(today), _meter_at_point()
    since, until = func.lower(Contract.during), func.upper(Contract.during)
    statement = _connected(
        select(
            Contract.public_id,
            Contract.number,
            Client.name.label("tenant"),
            Client.public_id.label("client_public_id"),
            Account.number.label("account"),
            Account.public_id.label("account_public_id"),
            Site.name.label("site"),
            ServicePoint.name.label("point"),
            ServicePoint.utility,
            ServicePoint.grid_id,
            meter.label("meter"),
            _tariff_on(today).label("tariff"),
            since.label("since"),
            until.label("until"),
            mode.label("mode"),
            state.label("state"),
        )
    ).where(~func.isempty(Contract.during), *in_scope(scope), *_connection_filters(query, state, mode, meter))
    columns = {
        "number": Contract.number,
        "tenant": Client.name,
        "account": Account.number,
        "site": Site.name,
        "point": ServicePoint.name,
        "utility": ServicePoint.utility,
        "since": since,
        "until": until,
        "mode": mode,
        "state": state,
    }
    return Listing(statement, columns, ("number", False), Contract.id)


def _connection_filters(
    query: ListQuery, state: SqlColumn, mode: SqlColumn, meter: SqlColumn
) -> list[ColumnElement[bool]]:
    states = query.filters.get("state")
    return [
        *text_in(query, Contract.number, Client.name, ServicePoint.name, ServicePoint.grid_id, Site.name, meter),
        *([state.in_(states)] if states else []),
        *filters_equal(query, site=Site.name, account=Account.number, mode=mode),
    ]


def _state_on(today: date) -> ColumnElement[Any]:
    return case(
        (Contract.during.contains(today), "active"), (func.lower(Contract.during) > today, "future"), else_="ended"
    )


def _meter_at_point() -> ColumnElement[Any]:
    return (
        select(func.string_agg(Meter.serial, literal(", ")))
        .select_from(MeterMount)
        .join(Meter, Meter.id == MeterMount.meter_id)
        .where(MeterMount.service_point_id == ServicePoint.id, func.upper_inf(MeterMount.during))
        .correlate(ServicePoint)
        .scalar_subquery()
    )


def _tariff_on(today: date) -> ColumnElement[Any]:
    return (
        select(func.string_agg(Tariff.name, literal(", ")))
        .select_from(TariffAssignment)
        .join(Tariff, Tariff.id == TariffAssignment.tariff_id)
        .where(TariffAssignment.contract_id == Contract.id, TariffAssignment.during.contains(today))
        .correlate(Contract)
        .scalar_subquery()
    )


def _connected(statement: AnySelect) -> AnySelect:
    return (
        statement.join(Account, Account.id == Contract.account_id)
        .join(Client, Client.id == Account.client_id)
        .join(LegalEntity, LegalEntity.id == Client.legal_entity_id)
        .join(ServicePoint, ServicePoint.id == Contract.service_point_id)
        .join(Site, Site.id == ServicePoint.site_id)
    )
