"""Money at the payment company that could not be booked: what it is, what to do, and what became of it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import collect
from cloud_service.store.customers import clients
from cloud_service.store.lookups.ids_by_name import account_id
from cloud_service.store.receivables.odd_events import OddEvent, odd_event, odd_events
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.formatting import amount as written
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from common.errors import InputError

blueprint = Blueprint("provider_money", __name__)
TO_DO = {
    "refund_failed": _l(
        "The client has not got the money. Pay it another way, or book it to the account: its bills are paid again."
    ),
    "dispute_won": _l("The money is ours again: book it to the account, and the bill is paid again."),
    "paid": _l(
        "Look at the payment company's site who paid, and book it to that client's account, or pay it back there."
    ),
    "refunded": _l(
        "More was given back than came in. Look at the payment company's site what happened, and at the payment here."
    ),
    "disputed": _l("Look at the payment company's site what was taken back, and at the payment here."),
}


@blueprint.get("/payments/provider")
@access(May.COLLECT)
def index() -> str:
    """All that waits, the oldest first."""
    return render_template("console/provider_money.html", events=odd_events(session(), scope()), to_do=TO_DO)


@blueprint.route("/payments/provider/<int:event_id>", methods=["GET", "POST"])
@access(May.COLLECT)
def settle(event_id: int) -> Any:
    """Book the money to an account, or say why there is nothing to book."""
    event = odd_event(session(), scope(), event_id)
    form = Form(_fields(event), {"account": event.account})
    page = FormPage(
        _("%(outcome)s", outcome=event.outcome[:1].upper() + event.outcome[1:]),
        (_("Money at the payment company"), url_for("provider_money.index")), _("Settle it"), _note(event), icon="cash",
    )  # fmt: skip

    def do() -> Response:
        _settle(form, event)
        flash(_("It is settled."), "success")
        return redirect(page.back[1])

    return answer(form, page, do)


def _fields(event: OddEvent) -> tuple[Field, ...]:
    reason = Field("reason", _("Or why there is nothing to book"), hint=_("It stands in the audit log."))
    if event.kind not in collect.OURS or event.amount is None:
        return (Field("reason", _("What was done"), hint=_("It stands in the audit log."), required=True),)
    accounts = clients.account_names(session(), scope())
    return (Field("account", _("Book it to the account"), options=accounts), reason)


def _note(event: OddEvent) -> str:
    if event.amount is None:
        return str(TO_DO.get(event.kind, ""))
    money = f"{event.currency} {written(event.amount, event.currency)}"
    return f"{event.provider} {event.payment_ref or event.event_id}: {money}. {TO_DO.get(event.kind, '')}"


def _settle(form: Form, event: OddEvent) -> None:
    """With a reason nothing is booked, whatever account stands there."""
    if form["reason"]:
        collect.set_odd_event_aside(session(), event.id, form["reason"], author=actor(), at=now(), scope=scope())
        return
    if not form["account"]:
        raise InputError(_("name an account, or say why there is nothing to book"), path="account")
    payer = account_id(session(), form["account"], scope())
    collect.book_odd_event(session(), event.id, payer, day=today(), author=actor(), at=now(), scope=scope())
