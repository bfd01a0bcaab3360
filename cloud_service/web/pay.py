"""The lasting address of a bill's payment, printed on it: what is due, and on to the provider's page.

Public: whoever holds the bill may pay it; it shows the number, the amount and the seller, nothing about the payer.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from cloud_service.flow import ask
from cloud_service.web.access import public
from cloud_service.web.database import session
from cloud_service.web.guards import limiter
from common.errors import NotFoundError

blueprint = Blueprint("pay", __name__)


@blueprint.get("/pay/<uuid:public_id>")
@public
@limiter.limit("60 per minute")
def show(public_id: UUID) -> str:
    """What is due; after a payment, that it has arrived or is on its way."""
    return render_template("pay.html", bill=ask.payable(session(), public_id), back="back" in request.args)


@blueprint.get("/pay/<uuid:public_id>/go")
@public
@limiter.limit("20 per minute")
def go(public_id: UUID) -> Response:
    """On to the provider; a link, not a form, because our pages may send forms to ourselves only."""
    provider = current_app.extensions.get("provider")
    if provider is None:
        raise NotFoundError("no payment provider is set up here")
    settings: Any = current_app.extensions["settings"]
    url = ask.pay_page(session(), public_id, provider, lambda: datetime.now(UTC), public_url=settings.public_url)
    session().commit()
    return redirect(url, code=303)
