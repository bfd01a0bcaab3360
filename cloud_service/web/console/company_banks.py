"""Bank accounts of a company in the browser: taken up, changed, retired; by IBAN or as its country writes accounts."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.receivables.bank_schemes import SCHEMES, scheme_parts
from cloud_service.flow.customers import bank_account
from cloud_service.store.customers import bank_accounts, legal_entities
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.companies import currencies
from cloud_service.web.console.shared_fields import REASON
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_changed, typed_reason
from cloud_service.web.language.labels import LABELS, options
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("company_banks", __name__)
USUAL = {"US": "us", "GB": "uk", "IN": "in", "KE": "ke", "AU": "au"}
"""How accounts are written where no IBAN is usual."""


def fields(scheme: str) -> tuple[Field, ...]:
    """The fields of an account of that scheme."""
    labels = LABELS["bank_part"]
    parts = tuple(
        Field(
            account_part.field, labels[account_part.word], hint=_form(account_part.word), required=account_part.required
        )
        for account_part in scheme_parts(scheme)
    )
    lines = (Field("free_lines", _("Pay to"), "lines", _("As it is written on a cheque."), required=True, longest=500),)
    return (
        Field("holder", _("Holder"), required=True),
        Field("bank_name", _("Bank"), hint=_("Printed above the numbers.")),
        *parts,
        *(lines if scheme == "free" else ()),
        Field(
            "currency", _("Currency"), "code", _("Bills in it name this account."), options=currencies(), required=True
        ),
        Field("default", _("Bills in this currency print this account"), "tick"),
        REASON,
    )


def _form(word: str) -> str:
    return str(_forms().get(word, ""))


def _forms() -> dict[str, str]:
    return {
        "routing_number": _("Nine digits, for example 021000021."),
        "sort_code": _("Six digits, for example 12-34-56."),
        "ifsc": _("For example HDFC0001234."),
        "bsb": _("Six digits, for example 062-000."),
        "bank_code": _("Two digits, for example 01."),
        "branch_code": _("Three digits, for example 094."),
        "paybill": _("The business number of M-PESA, 5 to 7 digits."),
        "paybill_account": _("Left empty, payers type the number of the bill."),
    }


def _details(form: Form, scheme: str) -> bank_account.BankDetails:
    typed = {field.key: form[field.key] for field in form.fields if field.key not in ("reason", "default")}
    return bank_account.BankDetails(scheme=scheme, **typed)


@blueprint.route("/settings/entities/<uuid:entity_public_id>/bank", methods=["GET", "POST"])
@access(May.MANAGE)
def add(entity_public_id: UUID) -> Any:
    """Where money in one currency goes."""
    row = legal_entities.entity(session(), scope(), str(entity_public_id))
    scheme = request.args.get("scheme", USUAL.get(row.country, "iban"))
    scheme = scheme if scheme in SCHEMES else "iban"
    form = Form(fields(scheme), {"holder": row.name, "currency": row.currency})
    page = FormPage(
        _("Bank account of %(name)s", name=row.name), (_("Settings"), url_for("settings.index")), _("Add the account")
    )

    def do() -> Response:
        details = _details(form, scheme)
        bank_account.add(session(), row.id, details, default=form["default"], author=actor(), reason=form["reason"])
        flash(_("Bills in %(currency)s can be paid to it now.", currency=form["currency"]), "success")
        return redirect(page.back[1])

    return answer(
        form, page, do, template="console/company_bank.html", schemes=options("bank_scheme"), scheme=scheme,
        entity=row, account=None,
    )  # fmt: skip


@blueprint.route("/settings/entities/<uuid:entity_public_id>/bank/<uuid:account_public_id>", methods=["GET", "POST"])
@access(May.MANAGE)
def edit(entity_public_id: UUID, account_public_id: UUID) -> Any:
    """Change an account; issued bills keep what they print."""
    row = legal_entities.entity(session(), scope(), str(entity_public_id))
    account = bank_accounts.account_of(session(), row.id, account_public_id)
    form = Form(
        fields(account.scheme),
        {name: getattr(account, name) for name in bank_accounts.FIELDS} | {"default": account.is_default},
    )
    page = FormPage(
        _("Bank account of %(name)s", name=row.name),
        (_("Settings"), url_for("settings.index")),
        _("Keep the change"),
        _("Issued bills stay as they are."),
    )

    def do() -> Response:
        details = _details(form, account.scheme)
        changed = bank_account.edit(
            session(), account, details, default=form["default"], author=actor(), reason=form["reason"]
        )
        say_changed(changed)
        return redirect(page.back[1])

    return answer(
        form, page, do, template="console/company_bank.html", schemes=(), scheme=account.scheme, entity=row,
        account=account,
    )  # fmt: skip


@blueprint.post("/settings/entities/<uuid:entity_public_id>/bank/<uuid:account_public_id>/retire")
@access(May.MANAGE)
def retire(entity_public_id: UUID, account_public_id: UUID) -> Response:
    """Print it no more."""
    row = legal_entities.entity(session(), scope(), str(entity_public_id))
    account = bank_accounts.account_of(session(), row.id, account_public_id)
    bank_account.retire(session(), account, today(), author=actor(), reason=typed_reason())
    session().commit()
    flash(_("Bills print this account no more; money that still arrives there is known as yours."), "success")
    return redirect(url_for("settings.index"))
