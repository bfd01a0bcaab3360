"""What is done to a bill that is wrong, contested or lost: each needs a reason, none changes the bill itself."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import arrangements, correct_invoice
from cloud_service.store.lookups.invoice_page import invoice_page
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.forms import received_amount, typed_reason
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("corrections", __name__, url_prefix="/bills/<uuid:public_id>")


@blueprint.post("/credit")
@access(May.BILL)
def credit(public_id: UUID) -> Response:
    """A credit note over the whole bill; its days can be billed again."""
    invoice = invoice_page(session(), scope(), public_id, today()).invoice
    issued = correct_invoice.credit(
        session(), invoice.id, reason=typed_reason(), day=today(), author=actor(), clock=now
    )
    return _commit_and_show(public_id, _("Credit note %(number)s is issued.", number=issued.number))


@blueprint.post("/write-off")
@access(May.BILL)
def write_off(public_id: UUID) -> Response:
    """Give up what is open, or a part of it."""
    page = invoice_page(session(), scope(), public_id, today())
    amount = received_amount(request.form.get("amount") or str(page.outstanding))
    arrangements.write_off(session(), page.invoice.id, amount, reason=typed_reason(), day=today(), author=actor())
    return _commit_and_show(
        public_id, _("%(currency)s %(amount)s is written off.", currency=page.invoice.currency, amount=amount)
    )


@blueprint.post("/dispute")
@access(May.COLLECT)
def dispute(public_id: UUID) -> Response:
    """The client contests it: no reminders, fees or interest until that is settled."""
    invoice = invoice_page(session(), scope(), public_id, today()).invoice
    arrangements.dispute(session(), invoice.id, reason=typed_reason(), day=today(), author=actor())
    return _commit_and_show(public_id, _("The bill is disputed: it is not reminded of."))


@blueprint.post("/dispute/close")
@access(May.COLLECT)
def close_dispute(public_id: UUID) -> Response:
    """The dispute is settled."""
    invoice = invoice_page(session(), scope(), public_id, today()).invoice
    arrangements.close_dispute(session(), invoice.id, outcome=typed_reason(), day=today(), author=actor())
    return _commit_and_show(public_id, _("The dispute is closed."))


def _commit_and_show(public_id: UUID, message: str) -> Response:
    session().commit()
    flash(message, "success")
    return redirect(url_for("bills.show", public_id=public_id))
