"""The first page: what is owed, what came in, energy, connections, the last months, what happened lately."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.store.customers import legal_entities
from cloud_service.store.lists.invoices import invoices
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups import dashboard
from cloud_service.store.lookups.gateways import gateway_troubles
from cloud_service.web import charts
from cloud_service.web.access import May, access, allowed, scope, signed_in
from cloud_service.web.bill_columns import SHORT
from cloud_service.web.clock import now, site_zone, today
from cloud_service.web.console.setup import checklist
from cloud_service.web.database import session
from cloud_service.web.language import formatting
from cloud_service.web.language.labels import PAYMENT_KINDS
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from common.period import Span, add_months

blueprint = Blueprint("dashboard", __name__)

RANGES = (("30d", _l("30 days")), ("12m", _l("12 months")))


@dataclass(frozen=True, slots=True)
class BilledAndReceived:
    """The chart of the dashboard, wide and narrow, and its table: (month or day, billed, received), local currency."""

    drawn: tuple[charts.Chart, charts.Chart]
    rows: list[tuple[str, Decimal, Decimal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of recent activity, as the page writes it; `icon=` lets `deploy/vendor.py` find the icon's name."""

    icon: str
    tone: str
    title: str
    detail: str
    at: datetime
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
def index() -> Response | str:
    """The dashboard of one legal entity."""
    entities = legal_entities.entities(session(), scope())
    if not entities:
        return redirect(url_for("setup.index"))
    entity = legal_entities.entity(session(), scope(), request.args.get("entity", ""))
    chosen = request.args.get("range") if request.args.get("range") in dict(RANGES) else "12m"
    span = span_of(str(chosen), today())
    page = page_of(
        session(), invoices(scope(), ListQuery(size=8, sort="bill_date", descending=True), today()), ListQuery(size=8)
    )
    return render_template(
        "console/dashboard.html",
        entity=entity,
        entities=entities,
        gateways=gateway_troubles(session(), entity.id, now()),
        setup=checklist(entity),
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


def chart_of(entity_id: int, currency: str, span: Span, chosen: str) -> BilledAndReceived:
    """Billed beside received, a month or a day a pair of bars."""
    by = "month" if chosen == "12m" else "day"
    first = span.start.replace(day=1) if by == "month" else span.start
    rows = dashboard.billed_and_received(session(), entity_id, first, span.end - timedelta(days=1), by=by)
    short, long = ("MMM", "MMMM y") if by == "month" else ("d MMM", "d MMMM y")
    names = [formatting.month(day, long) for day, _billed, _received in rows]
    billed, received = [row[1] for row in rows], [row[2] for row in rows]
    titles = [
        [_("%(month)s: billed %(amount)s", month=name, amount=_money(amount, currency)) for name, amount in
         zip(names, billed, strict=True)],
        [_("%(month)s: received %(amount)s", month=name, amount=_money(amount, currency)) for name, amount in
         zip(names, received, strict=True)],
    ]  # fmt: skip
    labels = [formatting.month(row[0], short) for row in rows]
    drawn = charts.wide_and_narrow(labels, [billed, received], titles, every=1 if by == "month" else 4)
    return BilledAndReceived(drawn, list(zip(names, billed, received, strict=True)))


def happening(row: Any) -> Happening:
    """An event of the database in words."""
    return EVENTS[row.kind](row)


def _payment(row: Any) -> Happening:
    kind = PAYMENT_KINDS.get(row.what, PAYMENT_KINDS["payment"])
    return Happening(
        icon="cash",
        tone="success" if row.amount > 0 else "warning",
        title=f"{kind} {_money(abs(row.amount), row.currency)}",
        detail=f"{row.who} · {row.more}",
        at=row.at,
        href=url_for("accounts.show", public_id=row.public_id),
    )


def _issued_bills(row: Any) -> Happening:
    if row.count == 1:
        title = _("Bill %(number)s issued", number=row.what)
        detail = f"{row.who} · {_money(row.amount, row.currency)}"
        href = url_for("bills.show", public_id=row.public_id)
    else:
        title = ngettext("%(num)s bill issued", "%(num)s bills issued", row.count)
        detail = _("%(first)s to %(last)s · by %(author)s", first=row.what, last=row.detail, author=row.more)
        href = url_for("bills.index")
    return Happening(icon="file-invoice", tone="info", title=title, detail=detail, at=row.at, href=href)


def _silent_gateway(row: Any) -> Happening:
    title = _("Gateway %(name)s offline", name=row.what)
    href = url_for("gateways.show", public_id=row.public_id)
    return Happening(icon="router", tone="danger", title=title, detail=row.who, at=row.at, href=href)


def _lost_mail(row: Any) -> Happening:
    title = (
        _("Mail bounced: %(document)s", document=row.what)
        if row.more == "bounced"
        else _("Mail failed: %(document)s", document=row.what)
    )
    return Happening(icon="mail-x", tone="danger", title=title, detail=f"{row.who} · {row.detail}", at=row.at, href="")


def _low_balance(row: Any) -> Happening:
    detail = f"{row.who} · {_money(row.amount, row.currency)}"
    if row.more:
        detail = ngettext(
            "%(balance)s, about %(num)s day left", "%(balance)s, about %(num)s days left", int(row.more), balance=detail
        )
    return Happening(
        icon="wallet",
        tone="warning",
        title=_("Prepaid balance low"),
        detail=detail,
        at=row.at,
        href=url_for("accounts.show", public_id=row.public_id),
    )


EVENTS: dict[str, Callable[[Any], Happening]] = {
    "payment": _payment,
    "bills": _issued_bills,
    "gateway": _silent_gateway,
    "mail": _lost_mail,
    "prepaid": _low_balance,
}
"""How a row of `store.lookups.dashboard.latest` is told, by its kind."""


def _money(amount: Decimal, currency: str) -> str:
    return f"{currency} {formatting.amount(amount, currency)}"
