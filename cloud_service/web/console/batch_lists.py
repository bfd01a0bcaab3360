"""The lists whose rows many things can be done with: each with its page and its query."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloud_service.store.lists.billing_runs import runs as run_list
from cloud_service.store.lists.customers import accounts as account_list
from cloud_service.store.lists.customers import clients as client_list
from cloud_service.store.lists.customers import connections as connection_list
from cloud_service.store.lists.invoices import invoices as bill_list
from cloud_service.store.lists.metering import meters as meter_list
from cloud_service.store.lists.paging import Listing, ListQuery
from cloud_service.store.lists.users import users as user_list
from cloud_service.web.access import scope
from cloud_service.web.clock import today
from cloud_service.web.console import users
from cloud_service.web.console.customers import accounts, clients, connections
from cloud_service.web.console.invoicing import bills, runs
from cloud_service.web.console.metering import meters
from cloud_service.web.listing import ListPage


@dataclass(frozen=True, slots=True)
class BatchList:
    """A list: what its page is and where it stands, and its rows for a query of the reader."""

    page: ListPage
    endpoint: str
    rows: Callable[[ListQuery], Listing]


LISTS: Mapping[str, BatchList] = {
    entry.page.name: entry
    for entry in (
        BatchList(bills.LIST, "bills.index", lambda query: bill_list(scope(), query, today())),
        BatchList(connections.LIST, "connections.index", lambda query: connection_list(scope(), query, today())),
        BatchList(accounts.LIST, "accounts.index", lambda query: account_list(scope(), query, today())),
        BatchList(clients.LIST, "clients.index", lambda query: client_list(scope(), query, today())),
        BatchList(runs.LIST, "runs.index", lambda query: run_list(scope(), query)),
        BatchList(meters.LIST, "meters.index", lambda query: meter_list(scope(), query)),
        BatchList(users.LIST, "users.index", user_list),
    )
}
