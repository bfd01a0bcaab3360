"""Forms of the office: sites, and rates of currencies from a file."""

import io
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.receivables.currency_rates_file import read_rates
from cloud_service.flow.metering import sites_and_meters
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.invoicing import currency_rates
from cloud_service.store.metering.sites_and_meters import site_fields
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.console.companies import countries, currencies, zones
from cloud_service.web.console.shared_fields import REASON, chosen_entity, entity_field
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_changed
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from common.errors import ConflictError, InputError

blueprint = Blueprint("setting_forms", __name__)


def site_fields_of_the_form() -> tuple[Field, ...]:
    """The fields of a property."""
    return (
        Field("name", _("Name"), required=True),
        Field("timezone", _("Time zone"), "code", _("A city will do, for example Vienna; its days are billed."),
              options=zones(), required=True),
        Field("currency", _("Currency"), "code", options=currencies(), required=True),
        Field("address", _("Address"), "lines", longest=500),
        Field("country", _("Country"), "code", _("Its name or two capitals."), options=countries()),
        Field("holiday_calendar", _("Holidays"), hint=_("For example de-by; friendly hours and day types go by it.")),
        REASON,
    )  # fmt: skip


def _site_details(form: Form) -> sites_and_meters.SiteDetails:
    return sites_and_meters.SiteDetails(
        **{field.key: form[field.key] for field in form.fields if field.key not in ("reason", "entity")}
    )


@blueprint.route("/settings/sites/new", methods=["GET", "POST"])
@access(May.MANAGE)
def add_site() -> Any:
    """A new property."""
    first = next(iter(legal_entities.entities(session(), scope())), None)
    form = Form(
        (*entity_field(), *site_fields_of_the_form()),
        {key: getattr(first, key) for key in ("timezone", "currency", "country")} if first else {},
    )
    page = FormPage(_("New site"), (_("Settings"), url_for("settings.index")), _("Add the site"))

    def do() -> Response:
        sites_and_meters.add_site(
            session(), chosen_entity(form).id, _site_details(form), author=actor(), reason=form["reason"]
        )
        flash(_("%(name)s is a site now; new connections can be there.", name=form["name"]), "success")
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/settings/sites/<uuid:site_public_id>/edit", methods=["GET", "POST"])
@access(May.MANAGE)
def edit_site(site_public_id: UUID) -> Any:
    """What is known of a property."""
    site = legal_entities.site(session(), scope(), site_public_id)
    form = Form(site_fields_of_the_form(), asdict(site_fields(session(), site.id)))
    page = FormPage(
        _("Change %(name)s", name=site.name), (_("Settings"), url_for("settings.index")), _("Keep the change")
    )

    def do() -> Response:
        changed = sites_and_meters.edit_site(
            session(), site.id, _site_details(form), author=actor(), reason=form["reason"]
        )
        say_changed(changed)
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/settings/rates", methods=["GET", "POST"])
@access(May.MANAGE)
def import_rates() -> Any:
    """Rates of currencies from a file: a known rate is never changed."""
    form = Form(
        (
            *entity_field(),
            Field("file", _("Upload a file"), "file", _("CSV with the columns day,currency,rate.")),
            Field(
                "document", _("or paste it here"), "document", _("One unit of the currency in the local one, by day.")
            ),
        ),
        {"document": "day,currency,rate\n"},
    )
    page = FormPage(_("Currency rates"), (_("Settings"), url_for("settings.index")), _("Import the rates"))

    def do() -> Response:
        new, count = _add_rates(form, chosen_entity(form).currency)
        flash(
            ngettext("%(new)s of %(num)s rate was new.", "%(new)s of %(num)s rates were new.", count, new=new),
            "success",
        )
        return redirect(page.back[1])

    return answer(form, page, do)


def _add_rates(form: Form, base: str) -> tuple[int, int]:
    """Store the rates of the file, or of the pasted text: how many were new, of how many."""
    upload = form["file"]
    try:
        text = upload.stream.read().decode("utf-8-sig") if upload is not None else form["document"]
    except UnicodeDecodeError:
        raise InputError(_("this file is no text in UTF-8"), path="file") from None
    try:
        rates = read_rates(io.StringIO(text), "line")
        new = currency_rates.add(session(), base, rates)
    except (InputError, ConflictError) as error:
        place = f"{error.path}: " if error.path else ""
        raise InputError(f"{place}{error.message}", path="document" if upload is None else "file") from error
    log.note(session(), actor(), "rates.import", f"currency:{base}", rates=len(rates), new=new)
    return new, len(rates)
