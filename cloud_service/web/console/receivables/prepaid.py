"""Prepaid: who has how much and how many days left, and the orders to connect and disconnect."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.prepaid import finish_order
from cloud_service.store.lookups import receivables
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("prepaid", __name__)


@blueprint.get("/prepaid")
@access(May.READ)
def index() -> str:
    """All prepaid accounts, those in need first."""
    return render_template(
        "console/prepaid.html",
        rows=receivables.prepaid(session(), scope()),
        commands=receivables.commands(session(), scope()),
    )


@blueprint.post("/prepaid/orders/<int:order_id>")
@access(May.COLLECT)
def finish(order_id: int) -> Response:
    """An order to connect or disconnect was carried out by somebody, or could not be."""
    failed = request.form.get("became") == "failed"
    finish_order(session(), scope(), order_id, failed=failed, now=now(), author=actor())
    session().commit()
    flash(_("It is noted."), "success")
    return redirect(url_for("prepaid.index"))
