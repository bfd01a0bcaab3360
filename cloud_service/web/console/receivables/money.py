"""Money by hand: what came in for an account, what is paid back, one payment with what became of it."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import collect
from cloud_service.flow.collect import PaymentBooking
from cloud_service.flow.refund import refund
from cloud_service.store.lookups.customers import account as account_of
from cloud_service.store.lookups.receivables import PaymentPage, payment
from cloud_service.store.receivables.ledger import balances
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_next
from cloud_service.web.language.formatting import amount as written
from cloud_service.web.language.labels import LABELS
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.typed_numbers import amount_as_typed
from common.errors import ConflictError, InputError

blueprint = Blueprint("money", __name__)
WAYS = tuple((code, LABELS["provider"][code]) for code in ("bank", "cash", "cheque", "mobile"))
KINDS = (("payment", _l("Payment of bills")), ("top_up", _l("Top-up")), ("deposit", _l("Security deposit")))
BACK = (("refund", _l("Refund: we pay it back")), ("chargeback", _l("Chargeback: the bank took it back")))
KIND = Field("kind", _l("What it is"), "choice", options=KINDS)
WAY = Field("provider", _l("Came by"), "choice", options=WAYS)
AMOUNT = Field("amount", _l("Amount"), "amount", required=True)
REFERENCE = Field("reference", _l("Reference"), hint=_l("The same one is never booked twice."), required=True)
OWN_REFERENCE = Field(
    "reference", _l("Reference"), hint=_l("Needed where the same amount is released on one day once more.")
)
DAY = Field("day", _l("Value date"), "date", required=True)


@blueprint.route("/accounts/<uuid:public_id>/money", methods=["GET", "POST"])
@access(May.COLLECT)
def receive(public_id: UUID) -> Any:
    """Money that came: a payment, a top-up or a deposit."""
    account, client = account_of(session(), scope(), public_id)
    form = Form((KIND, AMOUNT, WAY, REFERENCE, DAY), {"day": today()})
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        _("Money for %(account)s", account=account.number),
        (f"{account.number} · {client.name}", back),
        _("Book it"),
        _("In %(currency)s. It settles the oldest bills first; a deposit settles none.", currency=account.currency),
        icon="cash",
    )

    def do() -> Response:
        refuse_future_day(form)
        done = collect.pay(
            session(), account.id, form["amount"], provider=form["provider"], reference=form["reference"],
            day=form["day"], author=actor(), kind=form["kind"],
        )  # fmt: skip
        refuse_used_reference(done)
        flash(
            _(
                "%(currency)s %(amount)s is booked.",
                currency=account.currency,
                amount=written(form["amount"], account.currency),
            ),
            "success",
        )
        return redirect(back)

    return answer(form, page, do)


@blueprint.route("/accounts/<uuid:public_id>/payout", methods=["GET", "POST"])
@access(May.COLLECT)
def payout(public_id: UUID) -> Any:
    """Credit goes back to the client."""
    account, client = account_of(session(), scope(), public_id)
    credit = -balances(session(), account_id=account.id).get(("credit", account.currency), Decimal(0))
    owed = amount_as_typed(credit, account.currency) if credit > 0 else ""
    form = Form((AMOUNT, REFERENCE, DAY), {"day": today(), "amount": owed})
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        _("Pay credit of %(account)s back", account=account.number),
        (f"{account.number} · {client.name}", back),
        _("Book the payout"),
        _("In %(currency)s. Money paid too much and credit notes, the oldest first.", currency=account.currency),
        icon="arrow-back-up",
    )

    def do() -> Response:
        refuse_future_day(form)
        for done in collect.pay_out(
            session(), account.id, form["amount"], reference=form["reference"], day=form["day"], author=actor()
        ):
            refuse_used_reference(done)
        flash(
            _(
                "%(currency)s %(amount)s is booked as paid back.",
                currency=account.currency,
                amount=written(form["amount"], account.currency),
            ),
            "success",
        )
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
    way = Field("kind", _("What happened"), "choice", options=BACK)
    form = Form(
        (way, AMOUNT, REFERENCE, DAY),
        {"day": today(), "amount": amount_as_typed(payment_page.left, payment_page.payment.currency)},
    )
    page = _page(payment_page, _("Give it back"), _("Bills that it settled are open again."))

    def do() -> Response:
        refuse_future_day(form)
        if form["kind"] == "refund" and _takes_back(payment_page):
            return _ask_provider(payment_page, form, page)
        done = collect.give_back(
            session(), payment_page.payment.id, form["amount"], reference=form["reference"], day=form["day"],
            author=actor(), kind=form["kind"],
        )  # fmt: skip
        refuse_used_reference(done)
        flash(
            _(
                "%(currency)s %(amount)s is booked as given back.",
                currency=payment_page.payment.currency,
                amount=written(form["amount"], payment_page.payment.currency),
            ),
            "success",
        )
        return redirect(page.back[1])

    return answer(form, page, do)


def _takes_back(payment_page: PaymentPage) -> bool:
    """Whether the payment company that took the money is there to give it back."""
    provider = current_app.extensions.get("provider")
    return provider is not None and provider.name == payment_page.payment.provider


def _ask_provider(payment_page: PaymentPage, form: Form, page: FormPage) -> Response:
    """The company gives it back, and tells us when it has: only then it is booked."""
    requested = refund(
        session(), payment_page.payment.id, form["amount"], current_app.extensions["provider"], author=actor(),
        key=form["reference"],
    )  # fmt: skip
    flash(
        _(
            "%(provider)s gives %(currency)s %(amount)s back. It is booked when %(provider)s tells that it has.",
            provider=payment_page.payment.provider, currency=requested.currency,
            amount=written(requested.amount, requested.currency),
        ),
        "success",
    )  # fmt: skip
    return redirect(page.back[1])


@blueprint.route("/payments/<uuid:public_id>/release", methods=["GET", "POST"])
@access(May.COLLECT)
def release(public_id: UUID) -> Any:
    """A security deposit becomes credit."""
    payment_page = payment(session(), scope(), public_id)
    form = Form(
        (AMOUNT, OWN_REFERENCE, DAY),
        {"day": today(), "amount": amount_as_typed(payment_page.left, payment_page.payment.currency)},
    )
    page = _page(
        payment_page,
        _("Release the deposit"),
        _("It becomes credit and settles what is open; the rest can be paid out."),
    )

    def do() -> Response:
        refuse_future_day(form)
        done = collect.release_deposit(
            session(), payment_page.payment.id, form["amount"], day=form["day"], author=actor(),
            reference=form["reference"] or f"by-hand-{form['day']}-{form['amount']:f}",
        )  # fmt: skip
        refuse_used_reference(done)
        currency = payment_page.payment.currency
        amount = written(form["amount"], currency)
        said = _("%(currency)s %(amount)s of the deposit is credit now.", currency=currency, amount=amount)
        say_next(said, url_for("money.payout", public_id=payment_page.account.public_id), _("Pay it back"))
        return redirect(url_for("accounts.show", public_id=payment_page.account.public_id))

    return answer(form, page, do)


def _page(payment_page: PaymentPage, submit: str, note: str) -> FormPage:
    back = url_for("money.show", public_id=payment_page.payment.public_id)
    title = f"{submit}: {payment_page.payment.provider} {payment_page.payment.provider_ref}"
    return FormPage(
        title, (_("Payment of %(client)s", client=payment_page.client.name), back), submit, note, icon="arrow-back-up"
    )


def refuse_future_day(form: Form) -> None:
    """Say at the field that money cannot have moved tomorrow."""
    if form["day"] > today():
        raise InputError(
            _("%(day)s lies in the future", day=form["day"]), path="day", hint=_("the day on which the money moved")
        )


def refuse_used_reference(done: PaymentBooking) -> None:
    """Say at the field that a reference was used before."""
    if done.outcome != "booked":
        raise ConflictError(
            _("not booked: %(outcome)s; this reference is there already", outcome=done.outcome), path="reference"
        )
