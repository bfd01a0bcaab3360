"""What a search finds: pages whose name fits, then clients, bills and the rest; for console and support desk."""

from dataclasses import dataclass

from flask import url_for

from cloud_service.store.lookups import search
from cloud_service.web.access import scope
from cloud_service.web.database import session
from cloud_service.web.language.formatting import amount
from cloud_service.web.navigation import menu

ENDPOINTS = {
    "bill": "bills.show",
    "client": "clients.show",
    "account": "accounts.show",
    "meter": "meters.show",
    "gateway": "gateways.show",
    "connection": "connections.show",
    "service point": "points.show",
    "payment": "accounts.show",
    "tariff": "tariffs.show",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of what was found."""

    kind: str
    title: str
    detail: str
    more: str
    href: str
    exact: bool


def hits(text: str) -> list[Hit]:
    """Pages whose name fits, then what the database finds."""
    pages = [
        Hit("page", item.label, title, "", url_for(item.endpoint), exact=False)
        for title, items in menu()
        for item in items
        if text and text.lower() in item.label.lower()
    ]
    rows = search.search(session(), scope(), text)
    return pages + [
        Hit(
            row.kind,
            row.title,
            row.detail,
            row.more if row.amount is None else f"{row.more} {amount(row.amount, row.more)}",
            url_for(ENDPOINTS[row.kind], public_id=row.public_id),
            row.rank == 0,
        )
        for row in rows
    ]
