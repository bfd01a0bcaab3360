"""The customer's pages: balance, what is due, use by month, day and quarter hour, bills with their PDF."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow.customers.transfer_details import transfer_details
from cloud_service.flow.deliver import EINVOICES
from cloud_service.store.lists.customers import accounts as account_list
from cloud_service.store.lists.invoices import invoices as bill_list
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups import metering, receivables
from cloud_service.store.lookups.invoice_page import InvoicePage, invoice_page
from cloud_service.store.lookups.metering import OwnRegister
from cloud_service.web import charts, load_profile
from cloud_service.web.access import May, access, scope
from cloud_service.web.bill_columns import COLUMNS
from cloud_service.web.bill_documents import document_response
from cloud_service.web.database import session
from cloud_service.web.language import formatting
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.files import file_response
from cloud_service.web.load_profile import span_of
from cloud_service.web.payment_link import pay_address
from cloud_service.web.portal.customer import Customer, own_customer
from cloud_service.web.portal.own_intervals import own_intervals
from cloud_service.web.portal.year_chart import year_chart
from common.errors import InputError, NotFoundError
from common.period import Span, add_months
from common.reading import as_decimal

blueprint = Blueprint("portal", __name__, url_prefix="/portal")


def _to_bill(row: Any) -> str:
    return url_for("portal.bill", public_id=row.public_id)


OWN = tuple(
    replace(column, link=_to_bill if column.key == "number" else None) for column in COLUMNS if column.on_screen
)
LIST = ListPage(
    name="my-bills",
    title=_l("My bills"),
    section="",
    noun="bill",
    columns=OWN,
    search=_l("Bill number"),
    filters=(Filter("from", _l("From"), "date"), Filter("to", _l("To"), "date")),
    order=("bill_date", True),
    empty=_l("Your first bill appears here when it has been issued."),
    icon="file-invoice",
)


@blueprint.get("")
@access(May.PORTAL)
def home() -> str:
    """The first page: balance, what is due, this month so far, the year."""
    me = own_customer()
    latest = ListQuery(size=6)
    open_bills = ListQuery(filters={"status": ("open", "part", "overdue")}, sort="due_date", size=20)
    due = page_of(session(), bill_list(scope(), open_bills, me.today), open_bills)
    next_due = invoice_page(session(), scope(), due.rows[0].public_id, me.today) if due.rows else None
    month = Span(me.today.replace(day=1), me.today + timedelta(days=1))
    before = add_months(month.start, -1)
    so_far = _sum(me, month)
    same_days = _sum(me, Span(before, min(before + timedelta(days=month.days), month.start)))
    return render_template(
        "portal/home.html",
        me=me,
        accounts=page_of(session(), account_list(scope(), ListQuery(), me.today), ListQuery(size=20)).rows,
        prepaid=receivables.prepaid(session(), scope()),
        due=due.rows,
        next_due=next_due,
        pay_url=pay_address(next_due) if next_due else "",
        so_far=so_far,
        same_days=same_days,
        chart=year_chart(me),
        columns=OWN,
        bills=page_of(session(), bill_list(scope(), latest, me.today), latest).rows,
        month=month,
    )


def _sum(me: Customer, span: Span) -> int:
    return sum(row.total for row in metering.daily_use(session(), me.ids, span))


@blueprint.get("/usage")
@access(May.PORTAL)
def usage() -> str:
    """Use by day, and by interval with the chart that can be zoomed."""
    me = own_customer()
    span = span_of(me.today, 31)
    rows = metering.daily_use(session(), me.ids, span)
    by_day = {row.day: row for row in rows}
    values = [as_decimal(by_day[day].total) if day in by_day else Decimal(0) for day in span]
    titles = [
        [
            _("%(period)s: %(energy)s kWh", period=formatting.day(day, "long"), energy=formatting.number(value, 2))
            for day, value in zip(span, values, strict=True)
        ]
    ]
    every = max(1, span.days // 10)
    drawn = charts.wide_and_narrow(
        [formatting.month(day, "d MMM") for day in span], [values], titles, width=1100, every=every
    )
    return render_template(
        "portal/usage.html",
        me=me,
        span=span,
        last=span.end - timedelta(days=1),
        chart=drawn,
        days=list(span),
        by_day=by_day,
        total=sum(row.total for row in rows),
        register=_register(me),
    )


@blueprint.get("/usage/load")
@access(May.PORTAL)
def load() -> Response:
    """The series of the chart: one of the customer's own registers."""
    me = own_customer()
    register = _register(me)
    if register is None:
        raise NotFoundError(_("there is no meter of yours yet"))
    profile = own_intervals(register, span_of(me.today, 31))
    return jsonify(load_profile.as_json(profile, "kWh", register.timezone))


@blueprint.get("/usage.csv")
@access(May.PORTAL)
def usage_file() -> Response:
    """The intervals as a file."""
    me = own_customer()
    register = _register(me)
    if register is None:
        raise NotFoundError(_("there is no meter of yours yet"))
    profile, zone = own_intervals(register, span_of(me.today, 31)), register.timezone
    name, columns = f"use-{register.serial}", load_profile.file_columns("kWh", zone)
    return file_response(name, name, columns, load_profile.file_rows(profile, zone), "csv")


def _register(me: Customer) -> OwnRegister | None:
    """The register that the address names, if it is the customer's; else their first."""
    serial = request.args.get("meter", "")
    first = me.registers[0] if me.registers else None
    return next((register for register in me.registers if register.serial == serial), first)


@blueprint.get("/bills")
@blueprint.get("/bills.<any(csv, xlsx):form>", endpoint="bills_file")
@access(May.PORTAL)
def bills(form: str = "") -> Response | str:
    """The customer's bills, or the same as a file."""
    query = query_of(LIST)
    return respond(LIST, bill_list(scope(), query, own_customer().today), query, form=form)


@blueprint.get("/bills/<uuid:public_id>")
@access(May.PORTAL)
def bill(public_id: UUID) -> str:
    """One of the customer's own bills."""
    page = invoice_page(session(), scope(), public_id, own_customer().today)
    return render_template(
        "portal/bill.html",
        bill=page,
        pay_url=pay_address(page),
        today=own_customer().today,
        transfer=_transfer(page),
        einvoices=EINVOICES,
    )


def _transfer(page: InvoicePage) -> list[tuple[str, str]]:
    """Where a transfer for an open bill goes."""
    if page.outstanding <= 0 or page.invoice.kind != "invoice":
        return []
    language = str(get_locale() or "en")
    return transfer_details(page.invoice.seller, page.invoice.currency, page.invoice.number, language)


@blueprint.get("/bills/<uuid:public_id>/pay")
@access(May.PORTAL)
def pay(public_id: UUID) -> AnyResponse:
    """On to the payment page of the provider."""
    if not pay_address(invoice_page(session(), scope(), public_id, own_customer().today)):
        raise NotFoundError(_("there is nothing to pay here"))
    return redirect(url_for("pay.show", public_id=public_id))


@blueprint.get("/bills/<uuid:public_id>/<kind>")
@access(May.PORTAL)
def paper(public_id: UUID, kind: str) -> Response:
    """A document of one's own bill; what an e-invoice lacks is for the supplier to mend."""
    try:
        return document_response(public_id, kind)
    except InputError:
        raise NotFoundError(
            _("There is no e-invoice of this bill"), hint=_("Ask your supplier: something that it needs is missing.")
        ) from None
