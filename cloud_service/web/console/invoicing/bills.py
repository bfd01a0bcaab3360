"""The bills: the list in its exact words, one bill with its lines and why they are so, its PDF, sending, paying."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow import collect
from cloud_service.store.audit import log
from cloud_service.store.lists.invoices import bills
from cloud_service.store.lookups.invoice_page import bill_page, send_again
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.bill_columns import COLUMNS
from cloud_service.web.bill_documents import paper_response
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.forms import amount_of, day_of
from cloud_service.web.listing import Filter, ListPage, respond, wanted
from cloud_service.web.payment_link import pay_address
from common.errors import InputError

blueprint = Blueprint("bills", __name__)


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
    noun="bill",
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
    query = wanted(LIST)
    return respond(LIST, bills(scope(), query, today()), query, as_file=as_file)


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
    log.note(session(), actor(), "invoice.send_again", f"invoice:{page.invoice.id}", to=recipient)
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
