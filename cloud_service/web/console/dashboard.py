"""The first page: what is owed, what came in, energy, connections, the last months, what happened lately."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.store.customers import legal_entities
from cloud_service.store.lists.invoices import bills
from cloud_service.store.lists.paging import Wanted, page_of
from cloud_service.store.lookups import dashboard
from cloud_service.web import charts
from cloud_service.web.access import May, access, allowed, scope, signed_in
from cloud_service.web.bill_columns import SHORT
from cloud_service.web.clock import now, site_zone, today
from cloud_service.web.database import session
from cloud_service.web.language import formatting
from common.period import Span, add_months

blueprint = Blueprint("dashboard", __name__)

RANGES = (("30d", "30 days"), ("12m", "12 months"))


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of recent activity, as the page writes it."""

    icon: str
    tone: str
    title: str
    detail: str
    at: Any
    href: str


@blueprint.get("/")
@signed_in
def home() -> Response:
    """To the first page of whoever it is."""
    able = allowed()
    if May.READ in able:
        return redirect(url_for("dashboard.index"))
    return redirect(url_for("portal.home" if May.PORTAL in able else "me.index"))


@blueprint.get("/dashboard")
@access(May.READ)
def index() -> str:
    """The dashboard of one legal entity."""
    entities = legal_entities.entities(session(), scope())
    if not entities:
        return render_template("console/welcome.html")
    entity = legal_entities.entity(session(), scope(), request.args.get("entity", ""))
    chosen = request.args.get("range") if request.args.get("range") in dict(RANGES) else "12m"
    span = span_of(str(chosen), today())
    page = page_of(
        session(), bills(scope(), Wanted(size=8, sort="bill_date", descending=True), today()), Wanted(size=8)
    )
    return render_template(
        "console/dashboard.html",
        entity=entity,
        entities=entities,
        totals=dashboard.totals(session(), entity, span, today()),
        span=span,
        last=span.end - timedelta(days=1),
        range=chosen,
        ranges=RANGES,
        chart=chart_of(entity.id, entity.currency, span, str(chosen)),
        events=[happening(row) for row in dashboard.latest(session(), [entity.id], now())],
        columns=SHORT,
        bills=page.rows,
        zone=site_zone(),
        clock_ms=int(now().timestamp() * 1000),
    )


def span_of(chosen: str, day: date) -> Span:
    """The days of a range, today included."""
    tomorrow = day + timedelta(days=1)
    if chosen == "30d":
        return Span(tomorrow - timedelta(days=30), tomorrow)
    return Span(add_months(day.replace(day=1), -11), tomorrow)


def chart_of(entity_id: int, currency: str, span: Span, chosen: str) -> dict[str, Any]:
    """Billed beside received, a month or a day a pair of bars."""
    by = "month" if chosen == "12m" else "day"
    first = span.start.replace(day=1) if by == "month" else span.start
    rows = dashboard.billed_and_received(session(), entity_id, first, span.end - timedelta(days=1), by=by)
    style = ("MMM", "MMMM y") if by == "month" else ("d MMM", "d MMMM y")
    names = [formatting.month(row[0], style[1]) for row in rows]
    series = [[Decimal(row[1]) for row in rows], [Decimal(row[2]) for row in rows]]
    titles = [
        [
            f"{name}: {verb} {currency} {formatting.amount(value, currency)}"
            for name, value in zip(names, values, strict=True)
        ]
        for verb, values in (("billed", series[0]), ("received", series[1]))
    ]
    drawn = charts.both(
        [formatting.month(row[0], style[0]) for row in rows], series, titles, every=1 if by == "month" else 4
    )
    return {"drawn": drawn, "rows": list(zip(names, *series, strict=True))}


def happening(row: Any) -> Happening:
    """An event of the database in words."""
    if row.kind == "payment":
        names = {"refund": "Refund", "chargeback": "Chargeback", "top_up": "Top-up", "deposit": "Deposit"}
        title = f"{names.get(row.what, 'Payment')} {row.currency} {formatting.amount(abs(row.amount), row.currency)}"
        good = row.amount > 0
        href = url_for("accounts.show", public_id=row.public_id)
        return Happening(
            icon_name(icon="cash"), "success" if good else "warning", title, f"{row.who} · {row.more}", row.at, href
        )
    if row.kind == "bills":
        many = row.count > 1
        title = f"{row.count} bills issued" if many else f"Bill {row.what} issued"
        detail = (
            f"{row.what} to {row.detail} · by {row.more}"
            if many
            else f"{row.who} · {row.currency} {formatting.amount(row.amount, row.currency)}"
        )
        href = url_for("bills.index") if many else url_for("bills.show", public_id=row.public_id)
        return Happening(icon_name(icon="file-invoice"), "info", title, detail, row.at, href)
    if row.kind == "gateway":
        href = url_for("gateways.show", public_id=row.public_id)
        return Happening(icon_name(icon="router"), "danger", f"Gateway {row.what} offline", row.who, row.at, href)
    if row.kind == "mail":
        return Happening(
            icon_name(icon="mail-x"), "danger", f"Mail {row.more}: {row.what}", f"{row.who} · {row.detail}", row.at, ""
        )
    left = f", about {row.more} days left" if row.more else ""
    detail = f"{row.who} · {row.currency} {formatting.amount(row.amount, row.currency)}{left}"
    return Happening(
        icon_name(icon="wallet"),
        "warning",
        "Prepaid balance low",
        detail,
        row.at,
        url_for("accounts.show", public_id=row.public_id),
    )


def icon_name(*, icon: str) -> str:
    """Keyword `icon=` lets `deploy/vendor.py` find the icon's name."""
    return icon
