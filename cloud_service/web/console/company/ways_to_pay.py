"""How clients can pay: by transfer to each company's bank, and through a payment company; keys are never shown."""

from dataclasses import dataclass

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import request_payment
from cloud_service.settings import Settings
from cloud_service.store.customers import bank_accounts, legal_entities
from cloud_service.store.customers.tables import BankAccount, LegalEntity
from cloud_service.store.scope import Scope
from cloud_service.web.access import May, access, scope
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _
from common.errors import EnergyError, ForbiddenError

blueprint = Blueprint("ways_to_pay", __name__)


@dataclass(frozen=True, slots=True)
class Transfer:
    """Where the transfers of a company's clients go, the default of each currency."""

    entity: LegalEntity
    banks: list[BankAccount]


@dataclass(frozen=True, slots=True)
class CompanySetting:
    """A setting of the payment company; of a secret only whether it is there."""

    name: str
    purpose: str
    there: bool
    value: str = ""


@blueprint.get("/settings/payments")
@access(May.MANAGE)
def index() -> str:
    """What is set and what is missing, with what to do."""
    settings = _settings()
    transfers = [
        Transfer(entity, [bank for bank in bank_accounts.accounts_of(session(), entity.id) if bank.is_default])
        for entity in legal_entities.entities(session(), scope())
    ]
    return render_template(
        "console/ways_to_pay.html", transfers=transfers, provider=settings.payment_provider,
        companies=current_app.extensions["payment_companies"], company_settings=_company_settings(settings),
        webhook=f"{settings.public_url}/webhooks/{settings.payment_provider}" if settings.payment_provider else "",
        may_try=scope() == Scope(),
    )  # fmt: skip


@blueprint.post("/settings/payments/try")
@access(May.MANAGE)
def try_company() -> Response:
    """Ask the payment company for a page that nobody is sent; no money moves."""
    if scope() != Scope():
        raise ForbiddenError(_("who looks after all companies tries what they share"))
    provider, settings = current_app.extensions.get("provider"), _settings()
    entities = legal_entities.entities(session(), scope())
    back = redirect(url_for("ways_to_pay.index"))
    if provider is None or not entities:
        flash(_("No payment company is set."), "danger")
        return back
    try:
        request_payment.try_company(provider, entities[0].currency, public_url=settings.public_url)
    except EnergyError as error:
        flash(_("%(company)s: %(reason)s", company=settings.payment_provider, reason=error.message), "danger")
    else:
        flash(_("It answers, and takes our key. Pay a small bill to see its calls arrive, too."), "success")
    return back


def _company_settings(settings: Settings) -> list[CompanySetting]:
    return [
        CompanySetting("PAYMENT_PROVIDER", _("Which company."), bool(settings.payment_provider),
                       settings.payment_provider),
        CompanySetting("PAYMENT_SECRET_FILE", _("A file with its key."), bool(settings.payment_secret)),
        CompanySetting("PAYMENT_WEBHOOK_SECRET_FILE", _("A file with the secret that signs its calls."),
                       bool(settings.payment_webhook_secret)),
        CompanySetting("PUBLIC_URL", _("The address under which payers and the company reach this installation."),
                       bool(settings.public_url), settings.public_url),
    ]  # fmt: skip


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
