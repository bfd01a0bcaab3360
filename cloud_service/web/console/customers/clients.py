"""Clients: who owes the money, with their accounts, connections, bills and history."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for

from cloud_service.store.lists.customers import accounts, clients, connections
from cloud_service.store.lists.invoices import bills
from cloud_service.store.lists.paging import Wanted, page_of
from cloud_service.store.lookups import customers
from cloud_service.store.lookups.audit_log import audit_of
from cloud_service.web.access import May, access, scope
from cloud_service.web.bill_columns import SHORT
from cloud_service.web.clock import today
from cloud_service.web.console.customers import accounts as account_pages
from cloud_service.web.console.customers import connections as connection_pages
from cloud_service.web.database import session
from cloud_service.web.listing import Column, Filter, ListPage, respond, wanted

blueprint = Blueprint("clients", __name__)


def _to_client(row: Any) -> str:
    return url_for("clients.show", public_id=row.public_id)


LIST = ListPage(
    name="clients",
    title="Clients",
    section="Customers",
    noun="client",
    columns=(
        Column("number", "Client no."),
        Column("name", "TENANT NAME", link=_to_client, strong=True),
        Column("kind", "Kind", "client_kind"),
        Column("email", "E-mail"),
        Column("phone", "Phone", sortable=False),
        Column("country", "Country", sortable=False),
        Column("accounts", "Accounts", "number"),
        Column("connections", "ACTIVE CONNECTIONS", "number"),
        Column("last_bill", "Last bill", "date"),
    ),
    search="Name, number or e-mail",
    filters=(
        Filter(
            "kind", "Kind", options=(("", "Persons and companies"), ("person", "Persons"), ("company", "Companies"))
        ),
    ),
    order=("name", False),
    empty="Add the first one, with its account; connections join it to a service point.",
    icon="users",
    template="console/clients.html",
)


@blueprint.get("/clients")
@blueprint.get("/clients.csv", defaults={"as_file": True}, endpoint="file")
@access(May.READ)
def index(*, as_file: bool = False) -> Response | str:
    """The list, or the same query as a file."""
    query = wanted(LIST)
    return respond(LIST, clients(scope(), query, today()), query, as_file=as_file)


@blueprint.get("/clients/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One client with everything they have."""
    client = customers.client(session(), scope(), public_id)
    query = Wanted(filters={"client": (client.number,)}, size=12)
    own = accounts(scope(), query, today())
    rows = page_of(session(), own, query).rows
    contracts = [
        row
        for account in rows
        for row in page_of(
            session(),
            connections(scope(), Wanted(filters={"account": (account.number,)}, size=50), today()),
            Wanted(size=50),
        ).rows
    ]
    return render_template(
        "console/client.html",
        client=client,
        account_columns=account_pages.LIST.columns,
        accounts=rows,
        connection_columns=connection_pages.LIST.columns,
        connections=contracts,
        bill_columns=SHORT,
        bills=page_of(session(), bills(scope(), query, today()), query),
        audit=audit_of(session(), f"client:{client.id}"),
    )
