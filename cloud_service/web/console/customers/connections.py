"""Connections: which service point is supplied for which account, since when, by which meter and tariff."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for

from cloud_service.store.customers import contract_changes
from cloud_service.store.lists.customers import connections
from cloud_service.store.lookups import connection_surroundings as surroundings
from cloud_service.store.lookups import customers
from cloud_service.store.lookups.audit_log import audit_of
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.shared_fields import PLAN_FILTER
from cloud_service.web.database import session
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.column import Column

blueprint = Blueprint("connections", __name__)


def _to_connection(row: Any) -> str:
    return url_for("connections.show", public_id=row.public_id)


def _to_client(row: Any) -> str:
    return url_for("clients.show", public_id=row.client_public_id)


def _to_account(row: Any) -> str:
    return url_for("accounts.show", public_id=row.account_public_id)


LIST = ListPage(
    name="connections",
    title=_l("Connections"),
    section=_l("Customers"),
    noun="connection",
    columns=(
        Column("number", _l("Connection"), link=_to_connection, strong=True),
        Column("tenant", _l("TENANT NAME"), link=_to_client),
        Column("account", _l("Account"), link=_to_account),
        Column("site", _l("Site")),
        Column("point", _l("Service point")),
        Column("utility", _l("Utility"), "utility"),
        Column("meter", _l("Meter"), sortable=False),
        Column("tariff", _l("Tariff"), sortable=False),
        Column("since", _l("Since"), "date"),
        Column("mode", _l("PREPAID"), "mode"),
        Column("state", _l("State"), "state"),
        Column("until", _l("Until"), "date", on_screen=False),
        Column("grid_id", _l("Grid id"), on_screen=False),
    ),
    search=_l("Number, tenant, place, grid id or meter"),
    filters=(
        Filter(
            "state",
            _l("State"),
            "several",
            (("active", _l("Active")), ("future", _l("Future")), ("ended", _l("Ended"))),
        ),
        PLAN_FILTER,
        Filter("site", _l("Site"), "hidden"),
        Filter("account", _l("Account"), "hidden"),
    ),
    tabs=((_l("All"), ""), (_l("Active"), "state=active"), (_l("Ended"), "state=ended")),
    order=("number", False),
    empty=_l("A connection joins a service point, a meter and an account."),
    icon="plug-connected",
    template="console/connections.html",
)


@blueprint.get("/connections")
@blueprint.get("/connections.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, connections(scope(), query, today()), query, form=form)


@blueprint.get("/connections/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One connection with its meters and tariffs through time."""
    connection = customers.connection(session(), scope(), public_id)
    contract, during = connection.contract, connection.contract.during
    before, after = surroundings.neighbours(
        session(), contract.id, connection.point.id, during.lower, during.upper
    )  # fmt: skip
    return render_template(
        "console/connection.html",
        connection=connection,
        before=before,
        after=after,
        indexes=surroundings.last_indexes(session(), connection.point.id, now()),
        bills=surroundings.connection_bills(session(), connection.account.id, contract.id, today()),
        deposits=surroundings.held_deposits(session(), connection.account.id),
        billed_until=contract_changes.billed_until(session(), contract.id),
        today=today(),
        audit=audit_of(session(), f"contract:{connection.contract.id}"),
    )
