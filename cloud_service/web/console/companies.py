"""Companies of the operator in the browser: a new one, and what is printed of one on bills."""

from dataclasses import asdict
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from babel import Locale
from flask import Blueprint, flash, redirect, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from cloud_service.domain.calendar.holidays import calendars
from cloud_service.domain.customers.postal_address import Addressed
from cloud_service.domain.invoicing.tax_id_names import KINDS, tax_id_name
from cloud_service.flow.customers import legal_entity
from cloud_service.store.customers import legal_entities
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.console.address_fields import KEYS, address_fields, address_values, countries, typed_address
from cloud_service.web.console.shared_fields import REASON
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, Options, answer, say_changed
from cloud_service.web.language.labels import LABELS
from cloud_service.web.language.sentences import gettext as _
from common.errors import ForbiddenError

blueprint = Blueprint("companies", __name__)


def fields(country: str, company: Addressed | None = None) -> tuple[Field, ...]:
    """The fields of a company; ids are called as its country calls them."""
    labels = LABELS["tax_id"]
    paper, ids, money = _("On bills"), _("Ids"), _("Money and time")
    return (
        Field("name", _("Name"), required=True, group=paper),
        Field("email", _("E-mail"), "email", _("Answers of clients go there."), group=paper),
        Field("phone", _("Phone"), group=paper),
        Field("website", _("Website"), group=paper),
        Field(
            "electronic_address", _("Electronic address"), hint=_("For Peppol, for example 9930:DE123456789."),
            group=paper,
        ),
        *address_fields(_("Address, without which no bill leaves"), company, required=True),
        *(Field(kind, labels[kind], hint=_id_hint(kind, country), group=ids) for kind in KINDS),
        Field("currency", _("Local currency"), "code", _("It stays once bills are issued."), options=currencies(),
              required=True, group=money),
        Field("timezone", _("Time zone"), "code", _("A city will do, for example Vienna."), options=zones(),
              required=True, group=money),
        Field("locale", _("Language"), hint=_("Of clients without their own."), required=True, group=money),
        Field("mails_receipts", _("Mail a receipt for each payment"), "tick",
              _("To clients whose bills come by e-mail, once for each payment."), group=money),
        REASON,
    )  # fmt: skip


def _id_hint(kind: str, country: str) -> str:
    name = tax_id_name(kind, country)
    return _("Printed as %(name)s.", name=name) if name else ""


def currencies() -> Options:
    """Every currency with its name in the reader's language."""
    return tuple(sorted((str(code), str(name)) for code, name in _reader().currencies.items()))


def holiday_calendars() -> Options:
    """Every calendar of holidays, by the name of its country and what its province of it is called."""
    names = dict(countries())
    return tuple(
        (calendar, ", ".join([names.get(country.upper(), country), *([province.upper()] if province else [])]))
        for calendar in calendars()
        for country, _dash, province in [calendar.partition("-")]
    )


@cache
def zones() -> Options:
    """Every time zone of a place."""
    return tuple((name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name)


def _reader() -> Locale:
    return get_locale() or Locale("en")


def _typed_company(form: Form) -> dict[str, Any]:
    others = {field.key: form[field.key] for field in form.fields if field.key not in ("reason", *KEYS)}
    return others | typed_address(form)


@blueprint.route("/settings/entities/new", methods=["GET", "POST"])
@access(May.MANAGE)
def add() -> Any:
    """One more company that issues bills under its own numbers."""
    if scope().entities is not None:
        raise ForbiddenError(_("you look after some companies only: who looks after all adds one"))
    form = Form(fields(""), {"locale": str(_reader())})
    page = FormPage(
        _("New company"),
        (_("Settings"), url_for("settings.index")),
        _("Add the company"),
        _("Next: its bank account."),
    )

    def do() -> Response:
        details = legal_entity.LegalEntityDetails(**_typed_company(form))
        entity_id = legal_entity.add(session(), details, author=actor(), reason=form["reason"])
        row = next(each for each in legal_entities.entities(session(), scope()) if each.id == entity_id)
        flash(_("%(name)s is a company now. Next: where its money goes.", name=row.name), "success")
        return redirect(url_for("company_banks.add", entity_public_id=row.public_id))

    return answer(form, page, do)


@blueprint.route("/settings/entities/<uuid:entity_public_id>/edit", methods=["GET", "POST"])
@access(May.MANAGE)
def edit(entity_public_id: UUID) -> Any:
    """What is known of a company."""
    row = legal_entities.entity(session(), scope(), str(entity_public_id))
    described = fields(row.country, row)
    form = Form(described, {field.key: getattr(row, field.key, "") for field in described} | address_values(row))
    page = FormPage(
        _("Change %(name)s", name=row.name),
        (_("Settings"), url_for("settings.index")),
        _("Keep the change"),
        _("Issued bills stay as they are."),
    )

    def do() -> Response:
        stored = asdict(legal_entities.entity_fields(session(), row.id))
        details = legal_entity.LegalEntityDetails(**stored | _typed_company(form))
        say_changed(legal_entity.edit(session(), row.id, details, author=actor(), reason=form["reason"]))
        return redirect(page.back[1])

    return answer(form, page, do)
