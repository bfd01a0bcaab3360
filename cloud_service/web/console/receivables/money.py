"""Money by hand: what came in for an account, what is paid back, one payment with what became of it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import collect
from cloud_service.flow.collect import Booking
from cloud_service.store.lookups.customers import account as account_of
from cloud_service.store.lookups.receivables import PaymentPage, payment
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from common.errors import ConflictError, InputError

blueprint = Blueprint("money", __name__)
WAYS = (("bank", "Bank"), ("cash", "Cash"), ("cheque", "Cheque"), ("mobile", "Mobile money"))
KINDS = (("payment", "Payment of bills"), ("top_up", "Top-up"), ("deposit", "Security deposit"))
BACK = (("refund", "Refund: we pay it back"), ("chargeback", "Chargeback: the bank took it back"))
KIND, WAY = Field("kind", "What it is", "choice", options=KINDS), Field("provider", "Came by", "choice", options=WAYS)
AMOUNT = Field("amount", "Amount", "amount", required=True)
REFERENCE = Field("reference", "Reference", hint="The same one is never booked twice.", required=True)
DAY = Field("day", "Value date", "date", required=True)


@blueprint.route("/accounts/<uuid:public_id>/money", methods=["GET", "POST"])
@access(May.COLLECT)
def receive(public_id: UUID) -> Any:
    """Money that came: a payment, a top-up or a deposit."""
    account, client = account_of(session(), scope(), public_id)
    kind, way = (
        Field("kind", "What it is", "choice", options=KINDS),
        Field("provider", "Came by", "choice", options=WAYS),
    )
    form = Form((kind, AMOUNT, way, REFERENCE, DAY), {"day": today()})
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        f"Money for {account.number}", (f"{account.number} · {client.name}", back), "Book it",
        f"In {account.currency}. It settles the oldest bills first; a deposit settles none.", icon="cash",
    )  # fmt: skip

    def do() -> Response:
        _refuse_future_day(form)
        done = collect.pay(
            session(), account.id, form["amount"], provider=form["provider"], reference=form["reference"],
            day=form["day"], author=actor(), kind=form["kind"],
        )  # fmt: skip
        _refuse_used_reference(done)
        flash(f"{account.currency} {form['amount']} is booked.", "success")
        return redirect(back)

    return answer(form, page, do)


@blueprint.route("/accounts/<uuid:public_id>/payout", methods=["GET", "POST"])
@access(May.COLLECT)
def payout(public_id: UUID) -> Any:
    """Credit goes back to the client."""
    account, client = account_of(session(), scope(), public_id)
    form = Form((AMOUNT, REFERENCE, DAY), {"day": today()})
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        f"Pay credit of {account.number} back", (f"{account.number} · {client.name}", back), "Book the payout",
        f"In {account.currency}. Money paid too much and credit notes, the oldest first.", icon="arrow-back-up",
    )  # fmt: skip

    def do() -> Response:
        _refuse_future_day(form)
        for done in collect.pay_out(
            session(), account.id, form["amount"], reference=form["reference"], day=form["day"], author=actor()
        ):
            _refuse_used_reference(done)
        flash(f"{account.currency} {form['amount']} is booked as paid back.", "success")
        return redirect(back)

    return answer(form, page, do)


@blueprint.get("/payments/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One payment."""
    return render_template("console/payment.html", payment_page=payment(session(), scope(), public_id))


@blueprint.route("/payments/<uuid:public_id>/back", methods=["GET", "POST"])
@access(May.COLLECT)
def give_back(public_id: UUID) -> Any:
    """A refund or chargeback of it, or of a part."""
    payment_page = payment(session(), scope(), public_id)
    way = Field("kind", "What happened", "choice", options=BACK)
    form = Form((way, AMOUNT, REFERENCE, DAY), {"day": today(), "amount": payment_page.left})
    page = _page(payment_page, "Give it back", "Bills that it settled are open again.")

    def do() -> Response:
        _refuse_future_day(form)
        done = collect.give_back(
            session(), payment_page.payment.id, form["amount"], reference=form["reference"], day=form["day"],
            author=actor(), kind=form["kind"],
        )  # fmt: skip
        _refuse_used_reference(done)
        flash(f"{payment_page.payment.currency} {form['amount']} is booked as given back.", "success")
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/payments/<uuid:public_id>/release", methods=["GET", "POST"])
@access(May.COLLECT)
def release(public_id: UUID) -> Any:
    """A security deposit becomes credit."""
    payment_page = payment(session(), scope(), public_id)
    form = Form((AMOUNT, DAY), {"day": today(), "amount": payment_page.left})
    page = _page(
        payment_page, "Release the deposit", "It becomes credit and settles what is open; the rest can be paid out."
    )

    def do() -> Response:
        _refuse_future_day(form)
        done = collect.release_deposit(
            session(), payment_page.payment.id, form["amount"], day=form["day"], author=actor()
        )
        _refuse_used_reference(done)
        flash(f"{payment_page.payment.currency} {form['amount']} of the deposit is credit now.", "success")
        return redirect(page.back[1])

    return answer(form, page, do)


def _page(payment_page: PaymentPage, submit: str, note: str) -> FormPage:
    back = url_for("money.show", public_id=payment_page.payment.public_id)
    title = f"{submit}: {payment_page.payment.provider} {payment_page.payment.provider_ref}"
    return FormPage(title, (f"Payment of {payment_page.client.name}", back), submit, note, icon="arrow-back-up")


def _refuse_future_day(form: Form) -> None:
    if form["day"] > today():
        raise InputError(f"{form['day']} lies in the future", path="day", hint="the day on which the money moved")


def _refuse_used_reference(done: Booking) -> None:
    """Say at the field that a reference was used before."""
    if done.outcome != "booked":
        raise ConflictError(f"not booked: {done.outcome}; this reference is there already", path="reference")
