"""The bills: the list in its exact words, one bill with its lines and why they are so, its PDF, sending."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow import deliver, send_invoice_again
from cloud_service.store.invoicing.bill_relations import relations_of
from cloud_service.store.invoicing.billing_chain import builds
from cloud_service.store.lists.invoices import invoices
from cloud_service.store.lookups.invoice_page import invoice_page
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.bill_columns import COLUMNS
from cloud_service.web.bill_documents import document_response
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import PLAN_FILTER
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.state_labels import STATES
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.payment_link import pay_address
from common.errors import InputError

blueprint = Blueprint("bills", __name__)


STATUS = tuple((code, STATES[code].label) for code in ("open", "part", "overdue", "paid", "credited", "written_off"))
LIST = ListPage(
    name="bills",
    title=_l("Bills"),
    section=_l("Money"),
    noun="bill",
    columns=COLUMNS,
    search=_l("Bill number, tenant or account"),
    filters=(
        Filter("from", _l("From"), "date"),
        Filter("to", _l("To"), "date"),
        PLAN_FILTER,
        Filter("status", _l("Status"), "several", (*STATUS, ("credit_note", _l("Credit notes")))),
        Filter("account", _l("Account"), "hidden"),
        Filter("client", _l("Client"), "hidden"),
        Filter("currency", _l("Currency"), "hidden"),
    ),
    tabs=(
        (_l("All"), ""),
        (_l("Overdue"), "status=overdue"),
        (_l("Open & part paid"), "status=open&status=part"),
        (_l("Prepaid"), "mode=prepaid"),
    ),
    order=("bill_date", True),
    empty=_l("Bills appear here when a billing run has issued them."),
    icon="file-invoice",
    template="console/bills.html",
    foot=(
        (_l("OUTSTANDING (Local Currency)"), "outstanding_local", "local"),
        (_l("BILL AMOUNT"), "total_local", "local"),
        (_l("ENERGY kWh"), "energy", "kwh"),
        (_l("VOLUME m³"), "volume", "volume"),
    ),
)


@blueprint.get("/bills")
@blueprint.get("/bills.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, invoices(scope(), query, today()), query, form=form)


@blueprint.get("/bills/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One bill with everything around it."""
    page = invoice_page(session(), scope(), public_id, today())
    return render_template(
        "console/bill.html",
        bill=page,
        pay_url=pay_address(page),
        today=today(),
        einvoices=deliver.EINVOICES,
        relations=relations_of(session(), page.invoice.id),
        left_over=builds(session(), page.invoice.id),
    )


@blueprint.get("/bills/<uuid:public_id>/<kind>")
@access(May.READ)
def paper(public_id: UUID, kind: str) -> AnyResponse:
    """A document of the bill, shown in the browser or saved; what an e-invoice lacks is said on the bill's page."""
    try:
        return document_response(public_id, kind)
    except InputError as error:
        flash(f"{error.message[:1].upper()}{error.message[1:]}. {error.hint}", "danger")
        return redirect(url_for("bills.show", public_id=public_id))


@blueprint.post("/bills/<uuid:public_id>/send")
@access(May.SEND)
def send(public_id: UUID) -> AnyResponse:
    """Send the bill again to the client's present address."""
    page = invoice_page(session(), scope(), public_id, today())
    recipient = send_invoice_again.send(session(), page.invoice.id, author=actor())
    session().commit()
    flash(_("The bill is on its way to %(recipient)s.", recipient=recipient), "success")
    return redirect(url_for("bills.show", public_id=public_id))
