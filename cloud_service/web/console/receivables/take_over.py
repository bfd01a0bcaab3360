"""What earlier books left open of an account: an open bill, a whole balance, a deposit; and taking it back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.collect.take_over import EarlierBill, balance_of_day, take_back, take_over
from cloud_service.flow.collect.take_over_deposit import take_back_deposit, take_over_deposit
from cloud_service.store.customers.tables import Account
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.lookups.customers import account as account_of
from cloud_service.store.lookups.invoice_page import invoice_page
from cloud_service.store.lookups.receivables import payment
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import REASON
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from common.errors import ConflictError

blueprint = Blueprint("take_over", __name__)
BILL, BALANCE, DEPOSIT = "bill", "balance", "deposit"
KINDS = (
    (BILL, _l("An open bill")),
    (BALANCE, _l("A whole balance, without its bills")),
    (DEPOSIT, _l("A deposit that is held")),
)
ONLY_BILL = _l("Of a bill")
FIELDS = (
    Field("kind", _l("What it is"), "choice", options=KINDS),
    Field("amount", _l("Amount"), "amount", _l("Of the whole bill; with a minus it is credit of the tenant."), True),
    Field("on", _l("In these books from"), "date", required=True),
    Field("number", _l("Its number"), hint=_l("As on the old bill: payments are found by it."), group=ONLY_BILL),
    Field("paid", _l("Paid so far"), "amount", group=ONLY_BILL),
    Field("day", _l("Bill date"), "date", group=ONLY_BILL),
    Field("due_date", _l("Due on"), "date", _l("By the account's payment days unless given."), group=ONLY_BILL),
    Field("text", _l("Text"), group=ONLY_BILL),
    REASON,
)


@blueprint.route("/accounts/<uuid:public_id>/take-over", methods=["GET", "POST"])
@access(May.COLLECT)
def add(public_id: UUID) -> Any:
    """Take something over from earlier books."""
    account, client = account_of(session(), scope(), public_id)
    form = Form(FIELDS, {"kind": BILL, "on": today()})
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        _("Take over from earlier books"), (f"{account.number} · {client.name}", back), _("Take it over"),
        _("In %(currency)s. It is owed and paid here like any bill, but counts neither as turnover nor as energy.",
          currency=account.currency),
        icon="arrow-back-up",
    )  # fmt: skip

    def do() -> Response:
        if _take_over(account, form) is None:
            raise ConflictError(_("this is taken over already"), path="amount")
        flash(_("%(currency)s %(amount)s is taken over.", currency=account.currency, amount=form["amount"]), "success")
        return redirect(back)

    return answer(form, page, do)


def _take_over(account: Account, form: Form) -> int | None:
    if form["kind"] == DEPOSIT:
        return take_over_deposit(session(), account.id, form["amount"], on=form["on"], today=today(), author=actor())
    if form["kind"] == BALANCE:
        bill = balance_of_day(account.number, form["amount"], form["on"], form["text"])
    else:
        day = form["day"] or form["on"]
        due_date = form["due_date"] or day + timedelta(days=account.payment_terms_days)
        bill = EarlierBill(
            form["number"], form["amount"], day, due_date, form["on"], paid=form["paid"] or Decimal(0),
            text=form["text"],
        )  # fmt: skip
    return take_over(session(), account.id, bill, today=today(), author=actor(), reason=form["reason"])


@blueprint.post("/bills/<uuid:public_id>/take-back")
@access(May.COLLECT)
def bill_back(public_id: UUID) -> Response:
    """A bill of earlier books is none of ours after all."""
    invoice = invoice_page(session(), scope(), public_id, today()).invoice
    _do(lambda: take_back(session(), invoice.id, day=today(), author=actor()), invoice.number)
    return redirect(url_for("bills.show", public_id=public_id))


@blueprint.post("/payments/<uuid:public_id>/take-back")
@access(May.COLLECT)
def deposit_back(public_id: UUID) -> Response:
    """A deposit of earlier books is none of ours after all."""
    held = payment(session(), scope(), public_id).payment
    _do(lambda: take_back_deposit(session(), held.id, day=today(), author=actor()), _("The deposit"))
    return redirect(url_for("money.show", public_id=public_id))


def _do(step: Callable[[], None], item: str) -> None:
    try:
        step()
        session().commit()
    except REFUSALS as error:
        session().rollback()
        flash(Form.sentence(error), "danger")
    else:
        flash(_("%(number)s is taken back.", number=item), "success")
