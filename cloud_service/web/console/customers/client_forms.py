"""Forms of clients and their accounts: taking a client on, changing what is known, opening an account, its terms."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.customers import client as flow
from cloud_service.flow.customers.contract import change_mode
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.clients import account_number
from cloud_service.store.customers.clients import client_fields as stored_fields
from cloud_service.store.lookups.customers import account as account_of
from cloud_service.store.lookups.customers import client as client_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.address_fields import address_fields, address_values, typed_address
from cloud_service.web.console.customers.account_terms import PREPAID_FIELDS, term_fields, terms_as_fields, terms_of
from cloud_service.web.console.shared_fields import REASON_BELOW, chosen_entity, entity_field
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_changed, say_next
from cloud_service.web.language.labels import label, options
from cloud_service.web.language.locale import BILL_LANGUAGES
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("client_forms", __name__)

MODES = options("mode")


def client_fields() -> tuple[Field, ...]:
    """What is known of a client."""
    return (
        Field("name", _("TENANT NAME"), required=True, group=_("Client")),
        Field("kind", _("Kind"), "choice", options=options("client_kind"), group=_("Client")),
        Field("email", _("E-mail"), "email", _("Bills, reminders and statements go there."), group=_("Client")),
        Field("phone", _("Phone"), group=_("Client")),
        Field("locale", _("Language of bills"), options=tuple(BILL_LANGUAGES.items()), group=_("Client")),
        Field("vat_id", _("VAT id"), group=_("Client")),
        Field(
            "buyer_reference", _("Buyer reference"), hint=_("Printed on e-invoices (Leitweg-ID)."), group=_("Client")
        ),
        Field(
            "einvoice",
            _("E-invoice"),
            "choice",
            _("Sent with each bill; a bill that lacks something for it is not issued."),
            options=options("einvoice"),
            group=_("Client"),
        ),
        Field(
            "electronic_address",
            _("Electronic address"),
            hint=_("For Peppol, for example 0088:7300010000001."),
            group=_("Client"),
        ),
        Field("protected", _("Protected: never disconnected"), "tick", group=_("Client")),
    )


def account_fields() -> tuple[Field, ...]:
    """A new account."""
    group = _("Account")
    return (
        Field("account_number", _("Account number"), hint=_("The next free one unless given."), group=group),
        Field(
            "currency", _("Currency"), hint=_("Three capitals; it cannot be changed later."), required=True, group=group
        ),
        Field("mode", _("Plan"), "choice", options=MODES, group=group),
        Field("day", _("Since"), "date", required=True, group=group),
        *term_fields(),
    )


@blueprint.route("/clients/new", methods=["GET", "POST"])
@access(May.CONTRACT)
def add() -> Any:
    """A new client with their first account."""
    form = _new_client_form()
    page = FormPage(_("New client"), (_("Clients"), url_for("clients.index")), _("Add the client"))

    def do() -> Response:
        client_id = flow.add_client(
            session(), chosen_entity(form).id, flow.ClientDetails(**_typed_client(form)), author=actor(),
            number=form["number"], reason=form["reason"],
        )  # fmt: skip
        account_id = flow.open_account(session(), client_id, _new_account(form), author=actor(), reason=form["reason"])
        said = _("%(name)s is a client now.", name=form["name"])
        account = account_number(session(), account_id)
        say_next(said, url_for("move_in.add", account=account), _("Next: a connection"))
        return redirect(url_for("clients.index", q=form["name"]))

    return answer(form, page, do)


def _new_client_form() -> Form:
    """A client and their first account, in the currency, language and country of the reader's legal entity."""
    entities = legal_entities.entities(session(), scope())
    first = entities[0] if entities else None
    return Form(
        (
            *entity_field(_("Client")),
            Field("number", _("Client no."), hint=_("The next free one unless given."), group=_("Client")),
            *client_fields(),
            *address_fields(_("Address")),
            *account_fields(),
            REASON_BELOW,
        ),
        {
            "kind": "person", "locale": first.locale if first else "en", "country": first.country if first else "",
            "currency": first.currency if first else "", "day": today(), **terms_as_fields(flow.AccountTerms()),
        },
    )  # fmt: skip


@blueprint.route("/clients/<uuid:public_id>/edit", methods=["GET", "POST"])
@access(May.CONTRACT)
def edit(public_id: UUID) -> Any:
    """Change what is known of a client."""
    client = client_of(session(), scope(), public_id)
    present = {field.key: getattr(client, field.key) for field in client_fields()} | address_values(client)
    form = Form((*client_fields(), *address_fields(_("Address"), client), REASON_BELOW), present)
    back = url_for("clients.show", public_id=public_id)
    page = FormPage(
        _("Change %(client)s", client=client.name),
        (client.name, back),
        _("Keep the change"),
        _("Issued bills stay as they are."),
    )

    def do() -> Response:
        details = flow.ClientDetails(**asdict(stored_fields(session(), client.id)) | _typed_client(form))
        changed = flow.edit_client(session(), client.id, details, author=actor(), reason=form["reason"])
        say_changed(changed)
        return redirect(back)

    return answer(form, page, do)


@blueprint.route("/clients/<uuid:public_id>/accounts/new", methods=["GET", "POST"])
@access(May.CONTRACT)
def open_account(public_id: UUID) -> Any:
    """Another account of a client."""
    client = client_of(session(), scope(), public_id)
    form = Form((*account_fields(), REASON_BELOW), {"day": today(), **terms_as_fields(flow.AccountTerms())})
    back = url_for("clients.show", public_id=public_id)
    page = FormPage(_("New account of %(client)s", client=client.name), (client.name, back), _("Open the account"))

    def do() -> Response:
        flow.open_account(session(), client.id, _new_account(form), author=actor(), reason=form["reason"])
        flash(_("The account is open."), "success")
        return redirect(back)

    return answer(form, page, do)


@blueprint.route("/accounts/<uuid:public_id>/edit", methods=["GET", "POST"])
@access(May.CONTRACT)
def edit_account(public_id: UUID) -> Any:
    """The terms of an account: cycle, days to pay, delivery, prepaid terms."""
    account, client = account_of(session(), scope(), public_id)
    terms = flow.AccountTerms(
        account.payment_terms_days,
        account.billing_cycle,
        account.billing_day,
        account.delivery,
        account.settings,
        account.billing_month,
        account.billing_year,
    )
    form = Form((*term_fields(), *PREPAID_FIELDS, REASON_BELOW), terms_as_fields(terms))
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        _("Terms of %(account)s", account=account.number),
        (f"{account.number} · {client.name}", back),
        _("Keep the terms"),
    )

    def do() -> Response:
        changed = flow.change_terms(
            session(), account.id, terms_of(form, account.settings), author=actor(), reason=form["reason"]
        )
        flash(_("The terms are changed.") if changed else _("Nothing was changed."), "success")
        return redirect(back)

    return answer(form, page, do)


@blueprint.route("/accounts/<uuid:public_id>/mode", methods=["GET", "POST"])
@access(May.CONTRACT)
def mode(public_id: UUID) -> Any:
    """Prepaid or postpaid from a day on."""
    account, client = account_of(session(), scope(), public_id)
    fields = (
        Field("mode", _("Plan"), "choice", options=MODES),
        Field("day", _("From"), "date", required=True),
        REASON_BELOW,
    )
    form = Form(fields, {"day": today()})
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        _("Plan of %(account)s", account=account.number),
        (f"{account.number} · {client.name}", back),
        _("Change the plan"),
        _("The ledger is the same for both: open bills and credit stay."),
    )

    def do() -> Response:
        agreed = change_mode(session(), account.id, form["mode"], form["day"], author=actor(), reason=form["reason"])
        flash(
            _("%(account)s is prepaid from %(day)s on.", account=account.number, day=form["day"])
            if form["mode"] == "prepaid"
            else _("%(account)s is postpaid from %(day)s on.", account=account.number, day=form["day"]),
            "success",
        )
        if agreed:
            plan = label(agreed.name, "mode")
            flash(_("From %(day)s on it is %(name)s, as was agreed before.", day=agreed.start, name=plan), "success")
        return redirect(back)

    return answer(form, page, do)


def _typed_client(form: Form) -> dict[str, Any]:
    typed = {field.key: form[field.key] for field in client_fields()} | typed_address(form)
    return typed | {"locale": typed["locale"] or "en"}


def _new_account(form: Form) -> flow.NewAccount:
    return flow.NewAccount(form["currency"], form["day"], form["account_number"], form["mode"], terms_of(form, {}))
