"""Forms of the office: sites."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.customers.postal_address import Addressed
from cloud_service.flow.metering import sites_and_meters
from cloud_service.store.customers import legal_entities
from cloud_service.store.metering.sites_and_meters import site_fields
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.console.address_fields import KEYS, address_fields, typed_address
from cloud_service.web.console.companies import currencies, holiday_calendars, zones
from cloud_service.web.console.shared_fields import REASON_BELOW, chosen_entity, entity_field
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_changed
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("setting_forms", __name__)


def site_fields_of_the_form(site: Addressed | None = None) -> tuple[Field, ...]:
    """The fields of a property."""
    return (
        Field("name", _("Name"), required=True),
        Field("timezone", _("Time zone"), "code", _("A city will do, for example Vienna; its days are billed."),
              options=zones(), required=True),
        Field("currency", _("Currency"), "code", options=currencies(), required=True),
        Field("holiday_calendar", _("Holidays"), "code",
              _("Of a country or a part of it, for example de-by; friendly hours and day types go by it."),
              options=holiday_calendars()),
        *address_fields(_("Address"), site),
        REASON_BELOW,
    )  # fmt: skip


def _typed_site(form: Form) -> dict[str, Any]:
    others = {field.key: form[field.key] for field in form.fields if field.key not in ("reason", "entity", *KEYS)}
    return others | typed_address(form)


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
            session(), chosen_entity(form).id, sites_and_meters.SiteDetails(**_typed_site(form)), author=actor(),
            reason=form["reason"],
        )  # fmt: skip
        flash(_("%(name)s is a site now; new connections can be there.", name=form["name"]), "success")
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/settings/sites/<uuid:site_public_id>/edit", methods=["GET", "POST"])
@access(May.MANAGE)
def edit_site(site_public_id: UUID) -> Any:
    """What is known of a property."""
    site = legal_entities.site(session(), scope(), site_public_id)
    form = Form(site_fields_of_the_form(site), asdict(site_fields(session(), site.id)))
    page = FormPage(
        _("Change %(name)s", name=site.name), (_("Settings"), url_for("settings.index")), _("Keep the change")
    )

    def do() -> Response:
        details = sites_and_meters.SiteDetails(**asdict(site_fields(session(), site.id)) | _typed_site(form))
        changed = sites_and_meters.edit_site(session(), site.id, details, author=actor(), reason=form["reason"])
        say_changed(changed)
        return redirect(page.back[1])

    return answer(form, page, do)
