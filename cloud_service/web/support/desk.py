"""The support desk: search first, gateways in trouble, refused messages, mails that did not arrive."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import send_letter_again
from cloud_service.store.lists.metering import gateways, quarantine
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups.support import failed_mails, missing_days
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.forms import Form
from cloud_service.web.gateways.list_columns import COLUMNS
from cloud_service.web.gateways.refusals import refusal
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.search_hits import hits
from common.errors import EnergyError

blueprint = Blueprint("support", __name__)
TROUBLE = {"status": ("offline", "degraded", "never")}


@blueprint.get("/support")
@access(May.DIAGNOSE)
def desk() -> str:
    """Everything that may be why somebody calls."""
    text = request.args.get("q", "").strip()[:100]
    troubled = ListQuery(filters=TROUBLE, size=20)
    refused = ListQuery(filters={"resolved": ("no",)}, size=10)
    return render_template(
        "support/desk.html",
        q=text,
        hits=hits(text),
        gateway_columns=COLUMNS,
        gateways=page_of(session(), gateways(scope(), troubled, now()), troubled).rows,
        refused=page_of(session(), quarantine(scope(), refused), refused),
        refusal=refusal,
        mails=failed_mails(session(), scope()),
        silent=missing_days(session(), scope(), today()),
    )


@blueprint.post("/support/mails/<int:delivery_id>/again")
@access(May.DIAGNOSE, May.SEND)
def send_again(delivery_id: int) -> Response:
    """A mail that was given up goes out once more."""
    try:
        recipient = send_letter_again.send(session(), delivery_id, scope(), author=actor())
        session().commit()
    except EnergyError as error:
        session().rollback()
        flash(Form.sentence(error), "error")
    else:
        flash(_("It is on its way to %(recipient)s.", recipient=recipient), "success")
    return redirect(url_for("support.desk"))
