"""Meters, gateways and refused messages as people list them."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import aliased

from cloud_service.store.customers.tables import Account, Client, Site
from cloud_service.store.lists.paging import Listing, ListQuery, SqlColumn, contains
from cloud_service.store.metering.tables import (
    Contract,
    Gateway,
    IntervalDay,
    Meter,
    MeterMount,
    Quarantine,
    Register,
    ServicePoint,
    Stream,
)
from cloud_service.store.scope import Scope

ONLINE = timedelta(minutes=15)


def sites_in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """Sites the reader may know of."""
    if scope.clients is not None:
        return [literal(False)]  # customers see their meters through their contracts, never by site
    return [Site.legal_entity_id.in_(scope.entities)] if scope.entities is not None else []


def meters(scope: Scope, query: ListQuery) -> Listing:
    """Meters with where they hang now and until when they were read. Filters: `site`, `utility`."""
    last_day = (
        select(func.max(IntervalDay.day))
        .join(Register, Register.id == IntervalDay.register_id)
        .where(Register.meter_id == Meter.id)
        .correlate(Meter)
        .scalar_subquery()
    )
    registers = (
        select(func.string_agg(Register.name, literal(", ")))
        .where(Register.meter_id == Meter.id)
        .correlate(Meter)
        .scalar_subquery()
    )
    statement = (
        select(
            Meter.public_id,
            Meter.name,
            Meter.serial,
            Meter.maker,
            Meter.profile,
            Site.name.label("site"),
            Site.timezone,
            ServicePoint.name.label("point"),
            ServicePoint.utility,
            registers.label("registers"),
            last_day.label("last_day"),
        )
        .outerjoin(MeterMount, (MeterMount.meter_id == Meter.id) & func.upper_inf(MeterMount.during))
        .outerjoin(ServicePoint, ServicePoint.id == MeterMount.service_point_id)
        .outerjoin(Site, Site.id == ServicePoint.site_id)
        .where(*sites_in_scope(scope))
    )
    if query.text:
        pattern = contains(query.text)
        statement = statement.where(
            or_(
                Meter.name.ilike(pattern),
                Meter.serial.ilike(pattern),
                ServicePoint.name.ilike(pattern),
                ServicePoint.grid_id.ilike(pattern),
                Site.name.ilike(pattern),
            )
        )
    if site := query.value_of("site"):
        statement = statement.where(Site.name == site)
    if utility := query.value_of("utility"):
        statement = statement.where(ServicePoint.utility == utility)
    columns = {
        "name": Meter.name,
        "serial": Meter.serial,
        "maker": Meter.maker,
        "site": Site.name,
        "point": ServicePoint.name,
        "utility": ServicePoint.utility,
        "last_day": last_day,
    }
    return Listing(statement, columns, ("name", False), Meter.id)


def points(scope: Scope, query: ListQuery, today: date) -> Listing:
    """Service points with the meter that hangs and who is supplied there. Filters: `site`, `utility`, `free`, `meter`.

    `free` (yes): without a contract today; `meter` (none): where none hangs now.
    """
    above = aliased(ServicePoint)
    statement = (
        select(
            ServicePoint.public_id,
            ServicePoint.name,
            Site.name.label("site"),
            Site.timezone,
            ServicePoint.utility,
            ServicePoint.grid_id,
            above.name.label("under"),
            Meter.serial.label("meter"),
            Meter.public_id.label("meter_public_id"),
            Contract.number.label("contract"),
            Contract.public_id.label("contract_public_id"),
            Client.name.label("tenant"),
        )
        .join(Site, Site.id == ServicePoint.site_id)
        .outerjoin(above, above.id == ServicePoint.parent_id)
        .outerjoin(MeterMount, (MeterMount.service_point_id == ServicePoint.id) & func.upper_inf(MeterMount.during))
        .outerjoin(Meter, Meter.id == MeterMount.meter_id)
        .outerjoin(Contract, (Contract.service_point_id == ServicePoint.id) & Contract.during.contains(today))
        .outerjoin(Account, Account.id == Contract.account_id)
        .outerjoin(Client, Client.id == Account.client_id)
        .where(*sites_in_scope(scope))
    )
    if query.text:
        columns_searched = (
            ServicePoint.name,
            ServicePoint.grid_id,
            Site.name,
            Meter.serial,
            Contract.number,
            Client.name,
        )
        statement = statement.where(or_(*(column.ilike(contains(query.text)) for column in columns_searched)))
    if site := query.value_of("site"):
        statement = statement.where(Site.name == site)
    if utility := query.value_of("utility"):
        statement = statement.where(ServicePoint.utility == utility)
    if query.value_of("free"):
        statement = statement.where(Contract.id.is_(None))
    if query.value_of("meter"):
        statement = statement.where(Meter.id.is_(None))
    columns = {
        "name": ServicePoint.name,
        "site": Site.name,
        "utility": ServicePoint.utility,
        "grid_id": ServicePoint.grid_id,
        "tenant": Client.name,
    }
    return Listing(statement, columns, ("site", False), ServicePoint.id)


def gateway_state(now: datetime) -> SqlColumn:
    """`online`, `degraded` (it or one of its meters says that something is wrong), `offline`, `revoked` or `never`."""
    reported, report = Gateway.health["status"]["state"].astext, Gateway.health["report"]
    failing = func.jsonb_path_exists(report, literal("$.devices[*][4] ? (@ > 0)", type_=JSONPATH()))
    return case(
        (Gateway.state == "revoked", "revoked"),
        (Gateway.last_seen_at.is_(None), "never"),
        (or_(Gateway.last_seen_at < now - ONLINE, reported.in_(("offline", "lost"))), "offline"),
        (or_(func.coalesce(report["state"].astext, "ok") != "ok", func.coalesce(failing, False)), "degraded"),
        else_="online",
    )


def gateways(scope: Scope, query: ListQuery, now: datetime) -> Listing:
    """Filters: `status` (several), `site`."""
    state = gateway_state(now)
    gaps = (  # a stream that never had one names none
        select(func.coalesce(func.sum(func.jsonb_array_length(Stream.received["spans"])), 0))
        .where(Stream.gateway_id == Gateway.id)
        .correlate(Gateway)
        .scalar_subquery()
    )
    report = Gateway.health["report"]
    meters = func.coalesce(func.jsonb_array_length(report["devices"]), 0)
    failing = func.coalesce(
        func.jsonb_array_length(
            func.jsonb_path_query_array(report, literal("$.devices[*] ? (@[4] > 0)", type_=JSONPATH()))
        ),
        0,
    )
    statement = (
        select(
            Gateway.public_id,
            Gateway.name,
            Site.name.label("site"),
            Site.timezone,
            state.label("state"),
            Gateway.last_seen_at,
            Gateway.health,
            gaps.label("gaps"),
            case((meters > 0, func.concat(meters - failing, " / ", meters)), else_="").label("meters_read"),
            report["pending_rows"].as_integer().label("waiting"),
            func.coalesce(Gateway.health["status"]["agent"].astext, "").label("version"),
            Gateway.created_at,
        )
        .join(Site, Site.id == Gateway.site_id)
        .where(*sites_in_scope(scope))
    )
    if query.text:
        pattern = contains(query.text)
        statement = statement.where(or_(Gateway.name.ilike(pattern), Site.name.ilike(pattern)))
    if states := query.filters.get("status"):
        statement = statement.where(state.in_(states))
    if site := query.value_of("site"):
        statement = statement.where(Site.name == site)
    columns = {
        "name": Gateway.name,
        "site": Site.name,
        "state": state,
        "last_seen_at": Gateway.last_seen_at,
    }
    return Listing(statement, columns, ("name", False), Gateway.id)


def quarantine(scope: Scope, query: ListQuery) -> Listing:
    """Messages and values that were refused, newest first. Filters: `resolved` (yes, no)."""
    statement = (
        select(
            Quarantine.id,
            Quarantine.gateway,
            Quarantine.topic,
            Quarantine.reason,
            Quarantine.detail,
            func.octet_length(Quarantine.body).label("size"),
            Quarantine.resolved,
            Quarantine.created_at,
        )
        .outerjoin(Gateway, Gateway.name == Quarantine.gateway)
        .outerjoin(Site, Site.id == Gateway.site_id)
        .where(*sites_in_scope(scope))
    )
    if query.text:
        pattern = contains(query.text)
        statement = statement.where(or_(Quarantine.gateway.ilike(pattern), Quarantine.reason.ilike(pattern)))
    if resolved := query.value_of("resolved"):
        statement = statement.where((Quarantine.resolved != "") if resolved == "yes" else (Quarantine.resolved == ""))
    columns = {"created_at": Quarantine.created_at, "gateway": Quarantine.gateway, "reason": Quarantine.reason}
    return Listing(statement, columns, ("created_at", True), Quarantine.id)
