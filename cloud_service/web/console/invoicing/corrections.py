"""What is done to a bill that is wrong, contested or lost: each on a page of its own that says first what happens."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import arrangements, correct_invoice
from cloud_service.store.invoicing.billing_chain import builds, resting_on
from cloud_service.store.lookups.invoice_page import invoice_page
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.invoicing.bill_payments import page_of
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_next
from cloud_service.web.language.formatting import amount as written
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.typed_numbers import amount_as_typed
from common.errors import InputError

blueprint = Blueprint("corrections", __name__, url_prefix="/bills/<uuid:public_id>")


def why_field() -> Field:
    """Why a bill is corrected; nothing is without."""
    return Field("reason", _("Why"), hint=_("Printed on a credit note, and kept in the audit log."), required=True)


@blueprint.route("/credit", methods=["GET", "POST"])
@access(May.BILL)
def credit(public_id: UUID) -> Any:
    """A credit note over the whole bill; its days can be billed again."""
    bill = invoice_page(session(), scope(), public_id, today())
    invoice = bill.invoice
    form = Form((why_field(),))
    note = _(
        "A credit note over %(currency)s %(total)s. What was paid becomes credit of %(client)s; the days %(start)s"
        " up to %(end)s can be billed again.",
        currency=invoice.currency, total=written(invoice.total, invoice.currency), client=bill.client.name,
        start=invoice.during.lower, end=invoice.during.upper,
    )  # fmt: skip
    resting = resting_on(session(), invoice.id) if builds(session(), invoice.id) else []
    if resting:
        numbers = ", ".join(each.number for each in resting)
        note += " " + _(
            "%(numbers)s rest on what it leaves over (kept credit, highest demands, sums of the year): bill its days"
            " anew first, then these. “Credit and bill anew” does it in one go.",
            numbers=numbers,
        )  # fmt: skip
    page = page_of(bill, _("Credit all of %(number)s", number=invoice.number), _("Issue the credit note"), note)

    def do() -> Response:
        issued = correct_invoice.credit(
            session(), invoice.id, reason=form["reason"], day=today(), author=actor(), clock=now
        )
        said = _("Credit note %(number)s is issued.", number=issued.number)
        say_next(said, url_for("bills.show", public_id=issued.public_id), _("Open the credit note"))
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/write-off", methods=["GET", "POST"])
@access(May.BILL)
def write_off(public_id: UUID) -> Any:
    """Give up what is open, or a part of it."""
    bill = invoice_page(session(), scope(), public_id, today())
    number, currency = bill.invoice.number, bill.invoice.currency
    form = Form(
        (Field("amount", _("Amount"), "amount", _("All that is open unless given.")), why_field()),
        {"amount": amount_as_typed(bill.outstanding, currency)},
    )
    note = _("In %(currency)s. It is a loss, and no more reminded of.", currency=currency)
    page = page_of(bill, _("Write off %(number)s", number=number), _("Write it off"), note, icon="x")

    def do() -> Response:
        lost = bill.outstanding if form["amount"] is None else form["amount"]
        if lost <= 0:
            raise InputError(_("this is not an amount to write off"), path="amount", hint=_("above 0"))
        arrangements.write_off(
            session(), bill.invoice.id, lost, reason=form["reason"], day=today(), author=actor()
        )  # fmt: skip
        flash(
            _("%(currency)s %(amount)s is written off.", currency=currency, amount=written(lost, currency)), "success"
        )
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/dispute", methods=["GET", "POST"])
@access(May.COLLECT)
def dispute(public_id: UUID) -> Any:
    """The client contests it: no reminders, fees or interest until that is settled."""
    bill = invoice_page(session(), scope(), public_id, today())
    title = _("%(number)s is disputed", number=bill.invoice.number)
    note = _("No reminders, fees or interest until the dispute is closed.")
    page = page_of(bill, title, _("Do not remind"), note, icon="clock")

    def note_it(reason: str) -> str:
        arrangements.dispute(session(), bill.invoice.id, reason=reason, day=today(), author=actor())
        return _("The bill is disputed: it is not reminded of.")

    return _with_reason(page, note_it)


@blueprint.route("/dispute/close", methods=["GET", "POST"])
@access(May.COLLECT)
def close_dispute(public_id: UUID) -> Any:
    """The dispute is settled."""
    bill = invoice_page(session(), scope(), public_id, today())
    title = _("The dispute about %(number)s is over", number=bill.invoice.number)
    page = page_of(bill, title, _("Close the dispute"), _("What is open is due again."))

    def note_it(reason: str) -> str:
        arrangements.close_dispute(session(), bill.invoice.id, outcome=reason, day=today(), author=actor())
        return _("The dispute is closed.")

    return _with_reason(page, note_it)


def _with_reason(page: FormPage, do: Callable[[str], str]) -> Any:
    """A page that asks for a reason only; `do` says what was done."""
    form = Form((Field("reason", _("Why"), hint=_("Kept with the bill."), required=True),))

    def done() -> Response:
        flash(do(form["reason"]), "success")
        return redirect(page.back[1])

    return answer(form, page, done)
