"""Money for one bill, told by hand: a payment that came by bank, cash or cheque, or instalments that were agreed."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import arrangements, collect
from cloud_service.store.lookups.invoice_page import InvoicePage, invoice_page
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.receivables.money import AMOUNT, WAY, refuse_future_day, refuse_used_reference
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_next
from cloud_service.web.language.formatting import amount as written
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from cloud_service.web.language.typed_numbers import amount_as_typed
from common.errors import ConflictError, InputError

blueprint = Blueprint("bill_payments", __name__, url_prefix="/bills/<uuid:public_id>")


def page_of(bill: InvoicePage, title: str, submit: str, note: str = "", *, icon: str = "check") -> FormPage:
    """What stands around a form about one bill."""
    back = url_for("bills.show", public_id=bill.invoice.public_id)
    return FormPage(title, (f"{bill.invoice.number} · {bill.client.name}", back), submit, note, icon)


@blueprint.route("/payments", methods=["GET", "POST"])
@access(May.COLLECT)
def record(public_id: UUID) -> Any:
    """Money that came by bank, cash or cheque."""
    bill = invoice_page(session(), scope(), public_id, today())
    number, currency = bill.invoice.number, bill.invoice.currency
    fields = (
        AMOUNT,
        Field("day", _("Day it arrived"), "date"),
        WAY,
        Field("reference", _("Reference"), hint=_("As on the bank statement; the same one is never booked twice.")),
    )
    owed = max(bill.outstanding, 0 * bill.outstanding)
    form = Form(fields, {"day": today(), "amount": amount_as_typed(owed, currency) if owed else ""})
    note = _("In %(currency)s. Settles this bill first, then the oldest.", currency=currency)
    page = page_of(bill, _("A payment of %(number)s", number=number), _("Book it"), note, icon="cash")

    def do() -> Response:
        booked = collect.pay(
            session(), bill.account.id, form["amount"], provider=form["provider"] or "bank",
            reference=form["reference"] or _own_reference(form, bill), day=_day(form), author=actor(),
            to={number: min(form["amount"], owed)} if owed else None,
        )  # fmt: skip
        if booked.outcome != "booked" and not form["reference"]:
            raise ConflictError(
                _("this amount is booked for this bill on this day already"), path="reference",
                hint=_("give a reference if this is another payment"),
            )  # fmt: skip
        refuse_used_reference(booked)
        said = _(
            "Payment of %(currency)s %(amount)s booked.", currency=currency, amount=written(form["amount"], currency)
        )
        say_next(said, url_for("accounts.show", public_id=bill.account.public_id), _("To the account"))
        return redirect(page.back[1])

    return answer(form, page, do)


def _own_reference(form: Form, bill: InvoicePage) -> str:
    """The name of a payment without one: the same form sent twice is one payment."""
    return f"by-hand-{bill.account.number}-{bill.invoice.number}-{form['day'] or today()}-{form['amount']:f}"


def _day(form: Form) -> date:
    """When the money arrived; above zero it must be, and not from tomorrow."""
    if form["amount"] <= 0:
        raise InputError(_("this is not an amount to receive"), path="amount", hint=_("write what came in, above 0"))
    form.values["day"] = form["day"] or today()
    refuse_future_day(form)
    day: date = form["day"]
    return day


@blueprint.route("/plan", methods=["GET", "POST"])
@access(May.COLLECT)
def plan(public_id: UUID) -> Any:
    """Agree monthly instalments for a bill: it is not reminded of as long as they are kept."""
    bill = invoice_page(session(), scope(), public_id, today())
    fields = (
        Field("parts", _("Monthly instalments"), "number", required=True),
        Field("first", _("First on"), "date", required=True),
        Field("reason", _("Why"), required=True),
    )
    form = Form(fields, {"parts": 3, "first": today()})
    title = _("%(number)s in parts", number=bill.invoice.number)
    page = page_of(bill, title, _("Agree the plan"), _("Not reminded of while it is kept."), icon="clock")

    def do() -> Response:
        agreed = arrangements.agree_plan(
            session(), [bill.invoice.id], form["parts"], form["first"], reason=form["reason"], author=actor()
        )
        said = ngettext(
            "%(num)s instalment is agreed, on %(day)s.", "%(num)s instalments are agreed, the first on %(day)s.",
            len(agreed.instalments), day=agreed.instalments[0].due_date,
        )  # fmt: skip
        say_next(said, url_for("dunning.index"), _("To the reminders"))
        return redirect(page.back[1])

    return answer(form, page, do)
