"""Meters, gateways and refused messages as people list them."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import aliased

from cloud_service.store.customers.tables import Account, Client, Site
from cloud_service.store.lists.paging import Listing, ListQuery, SqlColumn, filters_equal, text_in
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
    last_day, registers = _last_day_of_meter(), _registers_of_meter()
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
        .where(
            *sites_in_scope(scope),
            *text_in(query, Meter.name, Meter.serial, ServicePoint.name, ServicePoint.grid_id, Site.name),
            *filters_equal(query, site=Site.name, utility=ServicePoint.utility),
        )
    )
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


def _last_day_of_meter() -> ColumnElement[Any]:
    return (
        select(func.max(IntervalDay.day))
        .join(Register, Register.id == IntervalDay.register_id)
        .where(Register.meter_id == Meter.id)
        .correlate(Meter)
        .scalar_subquery()
    )


def _registers_of_meter() -> ColumnElement[Any]:
    return (
        select(func.string_agg(Register.name, literal(", ")))
        .where(Register.meter_id == Meter.id)
        .correlate(Meter)
        .scalar_subquery()
    )


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
        .where(*sites_in_scope(scope), *_point_filters(query))
    )
    columns = {
        "name": ServicePoint.name,
        "site": Site.name,
        "utility": ServicePoint.utility,
        "grid_id": ServicePoint.grid_id,
        "tenant": Client.name,
    }
    return Listing(statement, columns, ("site", False), ServicePoint.id)


def _point_filters(query: ListQuery) -> list[ColumnElement[bool]]:
    return [
        *text_in(query, ServicePoint.name, ServicePoint.grid_id, Site.name, Meter.serial, Contract.number, Client.name),
        *filters_equal(query, site=Site.name, utility=ServicePoint.utility),
        *([Contract.id.is_(None)] if query.value_of("free") else []),
        *([Meter.id.is_(None)] if query.value_of("meter") else []),
    ]


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
    """Filters: `status` (several), `site`, `refused` (yes): with messages that were refused and nobody looked at."""
    state = gateway_state(now)
    report, refused = Gateway.health["report"], _refused_of_gateway()
    statement = (
        select(
            Gateway.public_id,
            Gateway.name,
            Site.name.label("site"),
            Site.timezone,
            state.label("state"),
            Gateway.last_seen_at,
            Gateway.health,
            _gaps_of_gateway().label("gaps"),
            refused.label("refused"),
            _meters_read(report).label("meters_read"),
            report["pending_rows"].as_integer().label("waiting"),
            func.coalesce(Gateway.health["status"]["agent"].astext, "").label("version"),
            Gateway.created_at,
        )
        .join(Site, Site.id == Gateway.site_id)
        .where(
            *sites_in_scope(scope),
            *text_in(query, Gateway.name, Site.name),
            *([state.in_(states)] if (states := query.filters.get("status")) else []),
            *([refused > 0] if query.value_of("refused") else []),
            *filters_equal(query, site=Site.name),
        )
    )
    columns = {
        "name": Gateway.name,
        "site": Site.name,
        "state": state,
        "last_seen_at": Gateway.last_seen_at,
    }
    return Listing(statement, columns, ("name", False), Gateway.id)


def _gaps_of_gateway() -> ColumnElement[Any]:
    """Spans that are missing in its streams; one that never had a gap names none."""
    return (
        select(func.coalesce(func.sum(func.jsonb_array_length(Stream.received["spans"])), 0))
        .where(Stream.gateway_id == Gateway.id)
        .correlate(Gateway)
        .scalar_subquery()
    )


def _refused_of_gateway() -> ColumnElement[Any]:
    """Its messages that were refused and nobody has looked at."""
    return (
        select(func.count())
        .where(Quarantine.gateway == Gateway.name, Quarantine.gateway != "", Quarantine.resolved == "")
        .correlate(Gateway)
        .scalar_subquery()
    )


def _meters_read(report: Any) -> ColumnElement[Any]:
    """`read / all` of the meters in its report, nothing where it has none."""
    meters = func.coalesce(func.jsonb_array_length(report["devices"]), 0)
    failing = func.jsonb_path_query_array(report, literal("$.devices[*][4] ? (@ > 0)", type_=JSONPATH()))
    read = meters - func.coalesce(func.jsonb_array_length(failing), 0)
    return case((meters > 0, func.concat(read, " / ", meters)), else_="")


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
            Gateway.public_id.label("gateway_public_id"),
        )
        .outerjoin(Gateway, Gateway.name == Quarantine.gateway)
        .outerjoin(Site, Site.id == Gateway.site_id)
        .where(*sites_in_scope(scope))
    )
    statement = statement.where(*text_in(query, Quarantine.gateway, Quarantine.reason))
    if resolved := query.value_of("resolved"):
        statement = statement.where((Quarantine.resolved != "") if resolved == "yes" else (Quarantine.resolved == ""))
    columns = {"created_at": Quarantine.created_at, "gateway": Quarantine.gateway, "reason": Quarantine.reason}
    return Listing(statement, columns, ("created_at", True), Quarantine.id)
