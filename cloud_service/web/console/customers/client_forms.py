"""Forms of clients and their accounts: taking a client on, changing what is known, opening an account, its terms."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.calendar.billing_cycle import CYCLES
from cloud_service.flow import client as flow
from cloud_service.flow.contract import change_mode
from cloud_service.store.customers import legal_entities
from cloud_service.store.lookups.customers import account as account_of
from cloud_service.store.lookups.customers import client as client_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, Options, answer, say_changed
from cloud_service.web.language.locale import LANGUAGES

blueprint = Blueprint("client_forms", __name__)

KINDS = (("person", "Person"), ("company", "Company"))
MODES = (("postpaid", "Postpaid"), ("prepaid", "Prepaid"))
DELIVERIES = (("email", "E-mail"), ("post", "Post"), ("none", "Not at all"))
CYCLE_NAMES = tuple((cycle, cycle.replace("_", "-").capitalize()) for cycle in CYCLES)
PREPAID_TERMS = (
    Field("low_days", "Warn with days left", "amount", "5 unless said otherwise.", group="Prepaid"),
    Field("critical_days", "Warn again with days left", "amount", "2 unless said otherwise.", group="Prepaid"),
    Field("low_balance", "Warn below a balance of", "amount", group="Prepaid"),
    Field("emergency_credit", "Emergency credit", "amount", "Supply stays on down to it.", group="Prepaid"),
    Field("reconnect_above", "Reconnect above a balance of", "amount", group="Prepaid"),
    Field("debt_share", "Share of a top-up for old debt", "amount", "0.25 is a quarter.", group="Prepaid"),
)
REASON = Field("reason", "Why", hint="Kept in the audit log.", group="Audit log")


def client_fields() -> tuple[Field, ...]:
    """What is known of a client."""
    return (
        Field("name", "TENANT NAME", required=True, group="Client"),
        Field("kind", "Kind", "choice", options=KINDS, group="Client"),
        Field("email", "E-mail", "email", "Bills, reminders and statements go there.", group="Client"),
        Field("phone", "Phone", group="Client"),
        Field("address", "Address", "lines", "As printed on bills, a line each.", longest=500, group="Client"),
        Field("country", "Country", hint="Two capitals, for example KE or DE.", group="Client"),
        Field("locale", "Language of bills", options=tuple(LANGUAGES.items()), group="Client"),
        Field("vat_id", "VAT id", group="Client"),
        Field("buyer_reference", "Buyer reference", hint="Printed on e-invoices (Leitweg-ID).", group="Client"),
        Field("protected", "Protected: never disconnected", "tick", group="Client"),
    )


def term_fields() -> tuple[Field, ...]:
    """How an account is billed and reached."""
    return (
        Field("billing_cycle", "Billing cycle", "choice", options=CYCLE_NAMES, group="Billing"),
        Field(
            "billing_day", "Cycle begins on day", "number", "Of the month; 31 is its last day.", True, group="Billing"
        ),
        Field("payment_terms_days", "Due after days", "number", required=True, group="Billing"),
        Field("delivery", "Bills go by", "choice", options=DELIVERIES, group="Billing"),
    )


def account_fields() -> tuple[Field, ...]:
    """A new account."""
    group = "Account"
    return (
        Field("account_number", "Account number", hint="The next free one unless given.", group=group),
        Field("currency", "Currency", hint="Three capitals; it cannot be changed later.", required=True, group=group),
        Field("mode", "Plan", "choice", options=MODES, group=group),
        Field("day", "Since", "date", required=True, group=group),
        *term_fields(),
    )


@blueprint.route("/clients/new", methods=["GET", "POST"])
@access(May.CONTRACT)
def add() -> Any:
    """A new client with their first account."""
    entities = legal_entities.entities(session(), scope())
    choice: Options = tuple((str(entity.public_id), entity.name) for entity in entities)
    first = entities[0] if entities else None
    form = Form(
        (
            *((Field("entity", "Legal entity", "choice", options=choice, group="Client"),) if len(choice) > 1 else ()),
            Field("number", "Client no.", hint="The next free one unless given.", group="Client"),
            *client_fields(),
            *account_fields(),
            REASON,
        ),
        {
            "kind": "person", "locale": first.locale if first else "en", "country": first.country if first else "",
            "currency": first.currency if first else "", "day": today(), **_terms_as_fields(flow.AccountTerms()),
        },
    )  # fmt: skip
    page = FormPage("New client", ("Clients", url_for("clients.index")), "Add the client")

    def do() -> Response:
        entity = legal_entities.entity(session(), scope(), str(form.values.get("entity") or ""))
        client_id = flow.add_client(
            session(), entity.id, _client_facts(form), author=actor(), number=form["number"], reason=form["reason"]
        )
        flow.open_account(session(), client_id, _new_account(form), author=actor(), reason=form["reason"])
        flash(f"{form['name']} is a client now. Next: a connection.", "success")
        return redirect(url_for("clients.index", q=form["name"]))

    return answer(form, page, do)


@blueprint.route("/clients/<uuid:public_id>/edit", methods=["GET", "POST"])
@access(May.CONTRACT)
def edit(public_id: UUID) -> Any:
    """Change what is known of a client."""
    client = client_of(session(), scope(), public_id)
    present = {field.key: getattr(client, field.key) for field in client_fields()}
    form = Form((*client_fields(), REASON), present)
    back = url_for("clients.show", public_id=public_id)
    page = FormPage(f"Change {client.name}", (client.name, back), "Keep the change", "Issued bills stay as they are.")

    def do() -> Response:
        changed = flow.edit_client(session(), client.id, _client_facts(form), author=actor(), reason=form["reason"])
        say_changed(changed)
        return redirect(back)

    return answer(form, page, do)


@blueprint.route("/clients/<uuid:public_id>/accounts/new", methods=["GET", "POST"])
@access(May.CONTRACT)
def open_account(public_id: UUID) -> Any:
    """Another account of a client."""
    client = client_of(session(), scope(), public_id)
    form = Form((*account_fields(), REASON), {"day": today(), **_terms_as_fields(flow.AccountTerms())})
    back = url_for("clients.show", public_id=public_id)
    page = FormPage(f"New account of {client.name}", (client.name, back), "Open the account")

    def do() -> Response:
        flow.open_account(session(), client.id, _new_account(form), author=actor(), reason=form["reason"])
        flash("The account is open.", "success")
        return redirect(back)

    return answer(form, page, do)


@blueprint.route("/accounts/<uuid:public_id>/edit", methods=["GET", "POST"])
@access(May.CONTRACT)
def edit_account(public_id: UUID) -> Any:
    """The terms of an account: cycle, days to pay, delivery, prepaid terms."""
    account, client = account_of(session(), scope(), public_id)
    terms = flow.AccountTerms(
        account.payment_terms_days, account.billing_cycle, account.billing_day, account.delivery, account.settings
    )
    form = Form((*term_fields(), *PREPAID_TERMS, REASON), _terms_as_fields(terms))
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(f"Terms of {account.number}", (f"{account.number} · {client.name}", back), "Keep the terms")

    def do() -> Response:
        changed = flow.change_terms(
            session(), account.id, _terms_of(form, account.settings), author=actor(), reason=form["reason"]
        )
        flash("The terms are changed." if changed else "Nothing was changed.", "success")
        return redirect(back)

    return answer(form, page, do)


@blueprint.route("/accounts/<uuid:public_id>/mode", methods=["GET", "POST"])
@access(May.CONTRACT)
def mode(public_id: UUID) -> Any:
    """Prepaid or postpaid from a day on."""
    account, client = account_of(session(), scope(), public_id)
    fields = (
        Field("mode", "Plan", "choice", options=MODES),
        Field("day", "From", "date", required=True),
        REASON,
    )
    form = Form(fields, {"day": today()})
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        f"Plan of {account.number}", (f"{account.number} · {client.name}", back), "Change the plan",
        "The ledger is the same for both: open bills and credit stay.",
    )  # fmt: skip

    def do() -> Response:
        change_mode(session(), account.id, form["mode"], form["day"], author=actor(), reason=form["reason"])
        flash(f"{account.number} is {form['mode']} from {form['day']} on.", "success")
        return redirect(back)

    return answer(form, page, do)


def _client_facts(form: Form) -> flow.ClientDetails:
    typed = {field.key: form[field.key] for field in client_fields()}
    return flow.ClientDetails(**typed | {"locale": typed["locale"] or "en"})


def _new_account(form: Form) -> flow.NewAccount:
    return flow.NewAccount(form["currency"], form["day"], form["account_number"], form["mode"], _terms_of(form, {}))


def _terms_of(form: Form, settings: dict[str, Any]) -> flow.AccountTerms:
    """The terms as typed; what the form does not show of the settings stays."""
    changed_settings = dict(settings)
    if "low_days" in form.values:
        typed = {field.key: f"{form[field.key]:f}" for field in PREPAID_TERMS if form[field.key] is not None}
        changed_settings.pop("debt_share", None)
        changed_settings |= {"debt_share": typed.pop("debt_share")} if "debt_share" in typed else {}
        shown_keys = {field.key for field in PREPAID_TERMS}
        prepaid = {
            name: value for name, value in changed_settings.pop("prepaid", {}).items() if name not in shown_keys
        } | typed
        changed_settings |= {"prepaid": prepaid} if prepaid else {}
    return flow.AccountTerms(
        form["payment_terms_days"], form["billing_cycle"], form["billing_day"], form["delivery"], changed_settings
    )


def _terms_as_fields(terms: flow.AccountTerms) -> dict[str, Any]:
    prepaid = dict(terms.settings.get("prepaid", {}))
    return {
        "billing_cycle": terms.billing_cycle, "billing_day": terms.billing_day, "delivery": terms.delivery,
        "payment_terms_days": terms.payment_terms_days, "debt_share": terms.settings.get("debt_share"), **prepaid,
    }  # fmt: skip
