"""Clients: who owes the money, with their accounts, connections, bills and history."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for

from cloud_service.store.lists.customers import accounts, clients, connections
from cloud_service.store.lists.invoices import invoices
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups import customers
from cloud_service.store.lookups.audit_log import audit_of
from cloud_service.web.access import May, access, scope
from cloud_service.web.bill_columns import SHORT
from cloud_service.web.clock import today
from cloud_service.web.console.customers import accounts as account_pages
from cloud_service.web.console.customers import connections as connection_pages
from cloud_service.web.database import session
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.column import Column

blueprint = Blueprint("clients", __name__)


def _to_client(row: Any) -> str:
    return url_for("clients.show", public_id=row.public_id)


LIST = ListPage(
    name="clients",
    title=_l("Clients"),
    section=_l("Customers"),
    noun="client",
    columns=(
        Column("number", _l("Client no.")),
        Column("name", _l("TENANT NAME"), link=_to_client, strong=True),
        Column("kind", _l("Kind"), "client_kind"),
        Column("email", _l("E-mail")),
        Column("phone", _l("Phone"), sortable=False),
        Column("country", _l("Country"), sortable=False),
        Column("address", _l("Address"), "address_state"),
        Column("accounts", _l("Accounts"), "number"),
        Column("connections", _l("ACTIVE CONNECTIONS"), "number"),
        Column("last_bill", _l("Last bill"), "date"),
    ),
    search=_l("Name, number or e-mail"),
    filters=(
        Filter(
            "kind",
            _l("Kind"),
            options=(("", _l("Persons and companies")), ("person", _l("Persons")), ("company", _l("Companies"))),
        ),
        Filter("address", _l("Address"), options=(("", _l("All addresses")), *options("address_state"))),
    ),
    order=("name", False),
    empty=_l("Add the first one, with its account; connections join it to a service point."),
    icon="users",
    template="console/clients.html",
)


@blueprint.get("/clients")
@blueprint.get("/clients.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, clients(scope(), query, today()), query, form=form)


@blueprint.get("/clients/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One client with everything they have."""
    client = customers.client(session(), scope(), public_id)
    query = ListQuery(filters={"client": (client.number,)}, size=12)
    own = accounts(scope(), query, today())
    rows = page_of(session(), own, query).rows
    contracts = [
        row
        for account in rows
        for row in page_of(
            session(),
            connections(scope(), ListQuery(filters={"account": (account.number,)}, size=50), today()),
            ListQuery(size=50),
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
        bills=page_of(session(), invoices(scope(), query, today()), query),
        audit=audit_of(session(), f"client:{client.id}"),
    )
