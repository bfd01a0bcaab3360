"""The receipt of a payment: looked at, or mailed once."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow import receipt
from cloud_service.store.lookups.receivables import payment
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.bill_documents import receipt_response
from cloud_service.web.database import session
from cloud_service.web.forms import Form
from cloud_service.web.language.sentences import gettext as _
from common.errors import EnergyError

blueprint = Blueprint("receipts", __name__)


@blueprint.get("/payments/<uuid:public_id>/receipt")
@access(May.READ)
def show(public_id: UUID) -> Response:
    """The PDF as things stand now."""
    return receipt_response(public_id)


@blueprint.post("/payments/<uuid:public_id>/receipt/mail")
@access(May.SEND)
def mail(public_id: UUID) -> AnyResponse:
    """Send it to the client."""
    payment_id = payment(session(), scope(), public_id).payment.id
    try:
        recipient = receipt.mail(session(), payment_id, author=actor())
        session().commit()
        flash(_("The receipt is on its way to %(recipient)s.", recipient=recipient), "success")
    except EnergyError as error:
        session().rollback()
        flash(Form.sentence(error), "error")
    return redirect(url_for("money.show", public_id=public_id))
