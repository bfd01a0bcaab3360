"""All routes of the application, each with an address that exists; pages that anybody of the staff may see."""

import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from tests.cloud_service.web.conftest import Console

PAGES = (
    "/dashboard", "/bills", "/payments", "/payments/provider", "/runs", "/runs/new",
    "/prepaid", "/reports/ageing", "/clients", "/accounts",
    "/connections", "/tariffs", "/meters", "/meters/energy",
    "/meters/energy/gaps", "/meters/put-aside", "/gateways", "/support", "/audit", "/users", "/settings",
    "/search?q=amina",
    "/clients/new", "/connections/new", "/tariffs/new", "/shared", "/bills/unbilled", "/dunning", "/reports/revenue",
    "/imports", "/settings/mail", "/settings/e-invoices", "/tariffs/sheet", "/setup", "/today",
    "/bills/advances", "/bills/print", "/batches", "/help", "/me", "/me/password", "/me/second-factor", "/nowhere",
)  # fmt: skip


def routes(app: Flask) -> Iterator[Rule]:
    yield from app.url_map.iter_rules()


def address(rule: Rule, console: Console) -> str:
    """An address of the route with ids that exist."""
    names = {
        "clients": "Amina", "accounts": "A-1", "connections": "K-1", "meters": "M-1", "gateways": "gw-K-1",
        "points": "Lake House 1", "tariffs": "T-K-1", "payments": "R-1",
    }  # fmt: skip
    name = names.get(rule.rule.split("/")[1], "INV-1")
    path = rule.rule.replace("<uuid:public_id>", str(console.ids[name])).replace("<kind>", "invoice_pdf")
    sheet_kind = "sites" if "export" in path else "flats"
    path = path.replace("<any(csv, xlsx):form>", "xlsx").replace("first-day/<name>", "first-day/flats.csv")
    path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)  # the first that may stand there
    path = path.replace("<sheet_kind>.<form>", f"{sheet_kind}.xlsx")
    for owner in ("site", "entity", "account", "statement"):
        path = path.replace(f"<uuid:{owner}_public_id>", str(console.ids[owner]))
    path = re.sub(r"<int:[^>]+>", "1", path)
    return re.sub(r"<[^>]+>", "x", path)
