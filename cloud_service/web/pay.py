"""The lasting addresses of payments: of a bill, printed on it, and of a prepaid account. They lead to the provider.

Public: whoever holds the bill may pay it; it shows the number, the amount and the seller, nothing about the payer.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from cloud_service.domain.money import exact
from cloud_service.flow import request_payment
from cloud_service.web.access import public
from cloud_service.web.database import session
from cloud_service.web.guards import limiter
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.typed_numbers import typed_number
from common.errors import NotFoundError

blueprint = Blueprint("pay", __name__)


@blueprint.get("/pay/<uuid:public_id>")
@public
@limiter.limit("60 per minute")
def show(public_id: UUID) -> str:
    """What is due; after a payment, that it has arrived or is on its way."""
    return render_template(
        "pay.html", bill=request_payment.payable_invoice(session(), public_id), back="back" in request.args
    )


@blueprint.get("/pay/<uuid:public_id>/go")
@public
@limiter.limit("20 per minute")
def go(public_id: UUID) -> Response:
    """On to the provider; a link, not a form, because our pages may send forms to ourselves only."""
    url = request_payment.pay_page(
        session(), public_id, _provider(), lambda: datetime.now(UTC), public_url=_settings().public_url
    )
    session().commit()
    return redirect(url, code=303)


@blueprint.get("/top-up/<uuid:account_id>")
@public
@limiter.limit("60 per minute")
def top_up(account_id: UUID) -> str:
    """How much to add to a prepaid account, then a link on (a form may not leave our pages).

    Shows the account's number and currency, nothing about its holder.
    """
    typed = request.args.get("amount", "").strip()
    return render_template(
        "top_up.html",
        account=request_payment.top_up_target(session(), account_id),
        amount=typed_number(typed, "amount") if typed else None,
        back="back" in request.args,
    )


@blueprint.get("/top-up/<uuid:account_id>/go")
@public
@limiter.limit("20 per minute")
def fill(account_id: UUID) -> Response:
    """On to the provider with the amount asked for."""
    amount = exact(request.args.get("amount", "").strip(), "amount")
    url = request_payment.top_up_page(session(), account_id, amount, _provider(), public_url=_settings().public_url)
    session().commit()
    return redirect(url, code=303)


def _provider() -> Any:
    provider = current_app.extensions.get("provider")
    if provider is None:
        raise NotFoundError(_("no payment provider is set up here"))
    return provider


def _settings() -> Any:
    return current_app.extensions["settings"]
