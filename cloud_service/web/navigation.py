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
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.lists.address import here

PRODUCT = "Energy Billing"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu; each of `sections` is the start of addresses that lie under it."""

    label: str
    endpoint: str
    icon: str
    needs: May
    sections: tuple[str, ...]


def menu_item(label: str, endpoint: str, needs: May, *sections: str, icon: str) -> Item:
    """Keyword `icon=` lets `deploy/vendor.py` find the icon's name."""
    return Item(label, endpoint, icon, needs, sections)


MENU: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "",
        (
            menu_item(_l("Today"), "today.index", May.READ, "/today", icon="clock"),
            menu_item(_l("Dashboard"), "dashboard.index", May.READ, "/dashboard", icon="layout-dashboard"),
            menu_item(_l("My energy"), "portal.home", May.PORTAL, "/portal", icon="home-bolt"),
            menu_item(_l("My use"), "portal.usage", May.PORTAL, "/portal/usage", icon="chart-bar"),
            menu_item(_l("My bills"), "portal.bills", May.PORTAL, "/portal/bills", icon="file-invoice"),
            menu_item(_l("My payments"), "own_payments.index", May.PORTAL, "/portal/payments", icon="cash"),
        ),
    ),
    (
        _l("Money"),
        (
            menu_item(_l("Bills"), "bills.index", May.READ, "/bills", "/shared", icon="file-invoice"),
            menu_item(_l("Payments"), "payments.index", May.READ, "/payments", icon="cash"),
            menu_item(_l("Billing runs"), "runs.index", May.BILL, "/runs", icon="player-play"),
            menu_item(_l("Reminders"), "dunning.index", May.COLLECT, "/dunning", icon="send"),
            menu_item(_l("Prepaid"), "prepaid.index", May.READ, "/prepaid", icon="wallet"),
            menu_item(_l("Reports"), "reports.ageing", May.READ, "/reports", "/statements", icon="report-money"),
        ),
    ),
    (
        _l("Customers"),
        (
            menu_item(_l("Clients"), "clients.index", May.READ, "/clients", icon="users"),
            menu_item(_l("Accounts"), "accounts.index", May.READ, "/accounts", icon="address-book"),
            menu_item(_l("Connections"), "connections.index", May.READ, "/connections", icon="plug-connected"),
            menu_item(_l("Tariffs"), "tariffs.index", May.READ, "/tariffs", icon="receipt-2"),
            menu_item(_l("Import"), "sheets.index", May.CONTRACT, "/imports", icon="copy"),
        ),
    ),
    (
        _l("Metering"),
        (
            menu_item(_l("Service points"), "points.index", May.READ, "/points", icon="map-pin"),
            menu_item(
                _l("Data readings"),
                "meters.index",
                May.READ,
                "/meters",
                "/readings",
                "/estimates",
                "/rounds",
                icon="database",
            ),
            menu_item(_l("Gateways"), "gateways.index", May.READ, "/gateways", icon="router"),
            menu_item(_l("Support desk"), "support.desk", May.DIAGNOSE, "/support", icon="headset"),
        ),
    ),
    (
        _l("Office"),
        (
            menu_item(_l("Audit log"), "audit.index", May.AUDIT, "/audit", icon="history"),
            menu_item(_l("Users"), "users.index", May.MANAGE, "/users", icon="user-shield"),
            menu_item(_l("Settings"), "settings.index", May.MANAGE, "/settings", icon="settings"),
        ),
    ),
)


def menu() -> list[tuple[str, list[Item]]]:
    """The sections and entries that the person may open."""
    able = allowed()
    sections = [(title, [item for item in items if item.needs in able]) for title, items in MENU]
    return [(title, items) for title, items in sections if items]


def is_current(item: Item) -> bool:
    """Whether the page lies in the entry's section; the longest section wins."""
    path = request.path
    fits = [
        section
        for _title, entries in menu()
        for entry in entries
        for section in entry.sections
        if path == section or path.startswith(section + "/")
    ]
    return bool(fits) and max(fits, key=len) in item.sections


@dataclass(frozen=True, slots=True)
class SiteClock:
    """A zone whose time is shown: its IANA name, and what its place is called."""

    zone: str
    name: str


def site_clock() -> list[SiteClock]:
    """The zones whose time is shown: the operator's first, then those of its sites."""
    if "clock" not in g:
        g.clock = _zones()
    clock: list[SiteClock] = g.clock
    return clock


def _zones() -> list[SiteClock]:
    zones: dict[str, str] = {}
    for entity in legal_entities.entities(session(), scope()):
        zones.setdefault(entity.timezone, entity.timezone.rpartition("/")[2].replace("_", " "))
        for site in legal_entities.sites(session(), entity.id):
            zones.setdefault(site.timezone, site.name)
    return [SiteClock(zone, name) for zone, name in zones.items()]


def zone_of_the_operator() -> str:
    """The first zone; UTC for those who see no site."""
    zones = site_clock()
    return zones[0].zone if zones else "UTC"


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
