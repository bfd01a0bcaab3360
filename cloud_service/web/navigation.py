"""The frame around every page: the menu of what a person may do, theme, language, clock and site times."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import get_locale
from flask_login import current_user

from cloud_service.store.customers import legal_entities
from cloud_service.store.database.health import DatabaseDownError
from cloud_service.web.access import May, allowed, may, scope
from cloud_service.web.database import session
from cloud_service.web.language.locale import LANGUAGES, direction
from cloud_service.web.listing import here

PRODUCT = "Energy Billing"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu; `section` is the start of its addresses."""

    label: str
    endpoint: str
    icon: str
    needs: May
    section: str


def menu_item(label: str, endpoint: str, needs: May, section: str, *, icon: str) -> Item:
    """Keyword `icon=` lets `deploy/vendor.py` find the icon's name."""
    return Item(label, endpoint, icon, needs, section)


MENU: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "",
        (
            menu_item("Dashboard", "dashboard.index", May.READ, "/dashboard", icon="layout-dashboard"),
            menu_item("My energy", "portal.home", May.PORTAL, "/portal", icon="home-bolt"),
            menu_item("My use", "portal.usage", May.PORTAL, "/portal/usage", icon="chart-bar"),
            menu_item("My bills", "portal.bills", May.PORTAL, "/portal/bills", icon="file-invoice"),
        ),
    ),
    (
        "Money",
        (
            menu_item("Bills", "bills.index", May.READ, "/bills", icon="file-invoice"),
            menu_item("Payments", "payments.index", May.READ, "/payments", icon="cash"),
            menu_item("Billing runs", "runs.index", May.BILL, "/runs", icon="player-play"),
            menu_item("Reminders", "dunning.index", May.COLLECT, "/dunning", icon="send"),
            menu_item("Prepaid", "prepaid.index", May.READ, "/prepaid", icon="wallet"),
            menu_item("Reports", "reports.ageing", May.READ, "/reports", icon="report-money"),
        ),
    ),
    (
        "Customers",
        (
            menu_item("Clients", "clients.index", May.READ, "/clients", icon="users"),
            menu_item("Accounts", "accounts.index", May.READ, "/accounts", icon="address-book"),
            menu_item("Connections", "connections.index", May.READ, "/connections", icon="plug-connected"),
            menu_item("Tariffs", "tariffs.index", May.READ, "/tariffs", icon="receipt-2"),
        ),
    ),
    (
        "Metering",
        (
            menu_item("Service points", "points.index", May.READ, "/points", icon="map-pin"),
            menu_item("Data readings", "meters.index", May.READ, "/meters", icon="database"),
            menu_item("Gateways", "gateways.index", May.READ, "/gateways", icon="router"),
            menu_item("Support desk", "support.desk", May.DIAGNOSE, "/support", icon="headset"),
        ),
    ),
    (
        "Office",
        (
            menu_item("Audit log", "audit.index", May.AUDIT, "/audit", icon="history"),
            menu_item("Users", "users.index", May.MANAGE, "/users", icon="user-shield"),
            menu_item("Settings", "settings.index", May.MANAGE, "/settings", icon="settings"),
        ),
    ),
)


def menu() -> list[tuple[str, list[Item]]]:
    """The sections and entries that the person may open."""
    able = allowed()
    found = [(title, [item for item in items if item.needs in able]) for title, items in MENU]
    return [(title, items) for title, items in found if items]


def is_current(item: Item) -> bool:
    """Whether the page lies in the entry's section; the longest section wins."""
    path = request.path
    fits = [
        one.section for _, items in menu() for one in items if path == one.section or path.startswith(one.section + "/")
    ]
    return bool(fits) and item.section == max(fits, key=len)


def site_clock() -> list[dict[str, str]]:
    """The zones whose time is shown: the operator's first, then those of its sites."""
    if "clock" not in g:
        g.clock = _zones()
    found: list[dict[str, str]] = g.clock
    return found


def _zones() -> list[dict[str, str]]:
    known = legal_entities.entities(session(), scope())
    zones: dict[str, str] = {}
    for one in known:
        zones.setdefault(one.timezone, one.timezone.rpartition("/")[2].replace("_", " "))
        for site in legal_entities.sites(session(), one.id):
            zones.setdefault(site.timezone, site.name)
    return [{"zone": zone, "name": name} for zone, name in zones.items()]


def zone_of_the_operator() -> str:
    """The first zone; UTC for those who see no site."""
    zones = site_clock()
    return zones[0]["zone"] if zones else "UTC"


def brand() -> str:
    """The name over the menu: the legal entity's whose pages these are."""
    if "brand" not in g:
        try:
            g.brand = legal_entities.brand(session(), scope()) or PRODUCT
        except DatabaseDownError:
            g.brand = PRODUCT
    return str(g.brand)


def init_app(app: Flask) -> None:
    """Hand all of it to the templates."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        theme = request.cookies.get("theme", "auto")
        settings = current_app.extensions["settings"]
        return {
            "menu": menu,
            "is_current": is_current,
            "may": may,
            "here": here,
            "now": datetime.now(UTC),
            "theme": theme if theme in THEMES else "auto",
            "direction": direction(),
            "language": str(get_locale() or "en").replace("_", "-"),
            "languages": LANGUAGES,
            "brand": brand,
            "site_clock": site_clock,
            "site_zone": zone_of_the_operator,
            "demo": settings.demo,
            "person": current_user,
        }
