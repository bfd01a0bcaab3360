"""Bills that late or corrected readings touch, and what is done about each: the difference, or a new bill."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import correct_invoice
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_again
from cloud_service.store.invoicing.corrections import touched
from cloud_service.store.lookups.invoice_page import invoice_page
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.forms import typed_reason
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("late", __name__)


@blueprint.get("/bills/touched")
@access(May.BILL)
def index() -> str:
    """The bills whose readings changed since they were issued, the longest waiting first."""
    allowed = scope().entities
    rows = [row for entity in ([None] if allowed is None else sorted(allowed)) for row in touched(session(), entity)]
    return render_template("console/touched.html", rows=rows)


@blueprint.post("/bills/<uuid:public_id>/difference")
@access(May.BILL)
def difference(public_id: UUID) -> Response:
    """Rate its days anew; the difference stands on the next bill."""
    invoice = invoice_page(session(), scope(), public_id, today()).invoice
    rated = rate_again(session(), invoice.id)
    changed = correct_invoice.bill_difference(
        session(), invoice.id, rated, reason=typed_reason(), author=actor(), clock=now
    )
    session().commit()
    differences = "; ".join(correction.why for correction in changed) or _("nothing changed")
    flash(
        _("On the next bill of %(number)s: %(differences)s.", number=invoice.number, differences=differences), "success"
    )
    return redirect(url_for("bills.show", public_id=public_id))


@blueprint.post("/bills/<uuid:public_id>/rebill")
@access(May.BILL)
def rebill(public_id: UUID) -> Response:
    """A credit note over the whole bill, and a new one of the same days."""
    invoice = invoice_page(session(), scope(), public_id, today()).invoice
    rated = rate_again(session(), invoice.id)
    note = correct_invoice.credit(session(), invoice.id, reason=typed_reason(), day=today(), author=actor(), clock=now)
    new = issue(session(), rated, bill_date=note.draft.bill_date, author=actor())
    session().commit()
    numbers = ", ".join(new_invoice.number for new_invoice in new)
    flash(
        _(
            "%(number)s is credited by %(note)s and billed anew as %(numbers)s.",
            number=invoice.number,
            note=note.number,
            numbers=numbers,
        ),
        "success",
    )
    return redirect(url_for("bills.show", public_id=public_id))
