"""Search over everything: an exact number jumps straight there, words find names, pages and settings too."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.store.lookups import search
from cloud_service.web.access import May, access, scope
from cloud_service.web.database import session
from cloud_service.web.navigation import menu

blueprint = Blueprint("search", __name__)
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


@blueprint.get("/search")
@access(May.READ)
def index() -> Response | str:
    """All hits; asked by the whole page, one exact hit opens at once."""
    text = request.args.get("q", "").strip()[:100]
    all_hits = hits(text)
    exact = [hit for hit in all_hits if hit.exact]
    if len(exact) == 1 and "HX-Request" not in request.headers:
        return redirect(exact[0].href)
    return render_template("console/search.html", q=text, hits=all_hits)


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
            row.more,
            url_for(ENDPOINTS[row.kind], public_id=row.public_id),
            row.rank == 0,
        )
        for row in rows
    ]
