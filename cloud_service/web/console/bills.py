"""The bills: the list in its exact words, one bill with its lines and why they are so, its PDF, sending, paying."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow import collect, deliver
from cloud_service.store import auditing
from cloud_service.store.bill_page import bill_page, document, send_again
from cloud_service.store.delivering import StoredDocument
from cloud_service.store.lists.bills import bills
from cloud_service.store.papers import Document
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.database import session
from cloud_service.web.days import now, today
from cloud_service.web.listing import Column, Filter, ListPage, respond, wanted
from cloud_service.web.outside import pay_address
from common.errors import InputError

blueprint = Blueprint("bills", __name__)


def _to_bill(row: Any) -> str:
    return url_for("bills.show", public_id=row.public_id)


def _to_client(row: Any) -> str:
    return url_for("clients.show", public_id=row.client_public_id)


COLUMNS = (
    Column("number", "BILL NO", link=_to_bill, nowrap=True),
    Column("tenant", "TENANT NAME", link=_to_client),
    Column("bill_date", "BILL DATE", "date"),
    Column("due_date", "DUE DATE", "date"),
    Column("currency", "Currency", on_screen=False),
    Column("total", "BILL AMOUNT", "amount", unit="currency", show_unit=True),
    Column("received", "RECEIVED AMOUNT", "amount", unit="currency"),
    Column("outstanding", "OUTSTANDING", "amount", unit="currency", strong=True),
    Column("energy", "ENERGY kWh", "kwh"),
    Column("prepaid", "PREPAID", "mode"),
    Column("state", "Status", "state"),
    Column("account", "Account", on_screen=False),
    Column("local_currency", "Local currency", on_screen=False),
    Column("total_local", "BILL AMOUNT (Local Currency)", on_screen=False),
    Column("outstanding_local", "OUTSTANDING (Local Currency)", on_screen=False),
)
SHORT = tuple(replace(one, sortable=False) for one in COLUMNS if one.on_screen)
STATUS = (
    ("open", "Open"),
    ("part", "Part paid"),
    ("overdue", "Overdue"),
    ("paid", "Paid"),
    ("credited", "Credited"),
    ("written_off", "Written off"),
)
LIST = ListPage(
    name="bills",
    title="Bills",
    section="Money",
    noun=("bill", "bills"),
    columns=COLUMNS,
    search="Bill number, tenant or account",
    filters=(
        Filter("from", "From", "date"),
        Filter("to", "To", "date"),
        Filter("mode", "Plan", options=(("", "Both plans"), ("prepaid", "Prepaid"), ("postpaid", "Postpaid"))),
        Filter("status", "Status", "several", (*STATUS, ("credit_note", "Credit notes"))),
        Filter("account", "Account", "hidden"),
        Filter("client", "Client", "hidden"),
        Filter("currency", "Currency", "hidden"),
    ),
    tabs=(
        ("All", ""),
        ("Overdue", "status=overdue"),
        ("Open & part paid", "status=open&status=part"),
        ("Prepaid", "mode=prepaid"),
    ),
    order=("bill_date", True),
    empty="Bills appear here when a billing run has issued them.",
    icon="file-invoice",
    template="console/bills.html",
    foot=(
        ("OUTSTANDING (Local Currency)", "outstanding_local", "local"),
        ("BILL AMOUNT", "total_local", "local"),
        ("ENERGY kWh", "energy", "kwh"),
    ),
)


@blueprint.get("/bills")
@blueprint.get("/bills.csv", defaults={"as_file": True}, endpoint="file")
@access(May.READ)
def index(*, as_file: bool = False) -> Response | str:
    """The list, or the same query as a file."""
    asked = wanted(LIST)
    return respond(LIST, bills(scope(), asked, today()), asked, as_file=as_file)


@blueprint.get("/bills/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One bill with everything around it."""
    page = bill_page(session(), scope(), public_id, today())
    return render_template("console/bill.html", bill=page, pay_url=pay_address(page), today=today())


@blueprint.get("/bills/<uuid:public_id>/<kind>")
@access(May.READ)
def paper(public_id: UUID, kind: str) -> Response:
    """A document of the bill, shown in the browser or saved."""
    return paper_response(public_id, kind)


def paper_response(public_id: UUID, kind: str) -> Response:
    """The stored bytes, exactly as they were sent; a PDF that nobody has needed yet is made now, once."""
    known = bill_page(session(), scope(), public_id, today())
    if kind == deliver.PDF:
        settings = current_app.extensions["settings"]
        found: StoredDocument | Document = deliver.document(session(), known.invoice.id, public_url=settings.pay_at)
        session().commit()
    else:
        found = document(session(), known.invoice.id, kind)
    answer = Response(found.body, mimetype=found.media_type)
    way = "attachment" if request.args.get("save") else "inline"
    name = found.filename.replace('"', "").encode("ascii", "replace").decode()
    answer.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    return answer


@blueprint.post("/bills/<uuid:public_id>/send")
@access(May.COLLECT)
def send(public_id: UUID) -> AnyResponse:
    """Send the bill again to the client's present address."""
    page = bill_page(session(), scope(), public_id, today())
    if not page.client.email:
        raise InputError(
            f"{page.client.name} has no e-mail address", path="email", hint="write it into the client's record"
        )
    recipient = send_again(session(), page)
    auditing.note(session(), actor(), "invoice.send_again", f"invoice:{page.invoice.id}", to=recipient)
    session().commit()
    flash(f"The bill is on its way to {recipient}.", "success")
    return redirect(url_for("bills.show", public_id=public_id))


@blueprint.post("/bills/<uuid:public_id>/payments")
@access(May.COLLECT)
def record_payment(public_id: UUID) -> AnyResponse:
    """Money that came by bank, cash or cheque, told by hand."""
    page = bill_page(session(), scope(), public_id, today())
    money = amount_of(request.form.get("amount", ""))
    booking = collect.pay(
        session(),
        page.account.id,
        money,
        provider=request.form.get("provider", "bank"),
        reference=request.form.get("reference", "").strip() or f"by-hand-{now():%Y%m%d%H%M%S}",
        day=day_of(request.form.get("day", "")),
        author=actor(),
        to={page.invoice.number: min(money, page.outstanding)} if page.outstanding > 0 else None,
    )
    if booking.outcome != "booked":
        flash(f"Not booked: {booking.outcome}. A payment with this reference is there already.", "warning")
        return redirect(url_for("bills.show", public_id=public_id))
    session().commit()
    flash(f"Payment of {page.invoice.currency} {money} booked.", "success")
    return redirect(url_for("bills.show", public_id=public_id))


def amount_of(text: str) -> Decimal:
    """An exact amount as a person types it: 1,234.50 or 1234.5."""
    try:
        value = Decimal(text.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        raise InputError(f"{text!r} is not an amount", path="amount", hint="for example 1234.50") from None
    if not value.is_finite() or value <= 0:
        raise InputError(f"{text} is not an amount to receive", path="amount")
    return value


def day_of(text: str) -> Any:
    """A day as the browser sends it; empty is today, the future is refused."""
    from datetime import date

    try:
        found = date.fromisoformat(text) if text else today()
    except ValueError:
        raise InputError(f"{text!r} is not a day", path="day", hint="for example 2026-11-20") from None
    if found > today():
        raise InputError(f"{found} lies in the future", path="day", hint="the day on which the money arrived")
    return found
