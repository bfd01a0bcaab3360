"""How a company numbers its bills, credit notes and receipts, with the next numbers beside what is typed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.invoicing.number_pattern import SeriesManner, check
from cloud_service.flow.invoicing.number_series import manner_of, preview, set_manner
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.invoicing.numbers import series_manners
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import REASON
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.labels import label
from cloud_service.web.language.sentences import gettext as _
from common.errors import EnergyError, InputError

blueprint = Blueprint("number_series", __name__)
KINDS = ("invoice", "credit_note", "receipt")


@dataclass(frozen=True, slots=True)
class NextNumbers:
    """What the next documents of a kind would be called, or why that cannot be."""

    kind: str
    numbers: list[str]
    fault: str = ""


def _fields() -> tuple[Field, ...]:
    of_kinds = (_fields_of(kind, label(kind, "number_series")) for kind in KINDS)
    return (*(field for fields in of_kinds for field in fields), REASON)


def _fields_of(kind: str, group: str) -> tuple[Field, ...]:
    return (
        Field(f"{kind}-pattern", _("Before the number"), group=group, longest=20,
              hint=_("{year} or {yy} becomes the year of the bill: R{yy}-, INV-{year}-.")),
        Field(f"{kind}-digits", _("Digits at least"), "number", _("Shorter numbers get zeros in front."), True,
              group=group),
        Field(f"{kind}-next_number", _("Next number"), "number",
              _("Go on where your old system ended; never back."), True, group=group),
        Field(f"{kind}-yearly", _("Begins with 1 again each year"), "tick", group=group),
    )  # fmt: skip


def _shown(entity: LegalEntity) -> dict[str, Any]:
    year = today().year
    manners = {kind: manner_of(session(), entity.id, kind, year) for kind in KINDS}
    return {
        f"{kind}-{key}": getattr(manner, key)
        for kind, manner in manners.items()
        for key in ("pattern", "digits", "next_number", "yearly")
    }


def _typed(form: Form, kind: str) -> SeriesManner:
    return SeriesManner(
        form[f"{kind}-pattern"], form[f"{kind}-digits"], form[f"{kind}-next_number"], yearly=form[f"{kind}-yearly"]
    )


@blueprint.route("/settings/entities/<uuid:entity_public_id>/numbers", methods=["GET", "POST"])
@access(May.MANAGE)
def edit(entity_public_id: UUID) -> Any:
    """The series; *Show the numbers* looks, *Keep* changes them from the next document on."""
    entity = legal_entities.entity(session(), scope(), str(entity_public_id))
    form = Form(_fields(), _shown(entity))
    page = FormPage(
        _("Number series of %(name)s", name=entity.name),
        (_("Settings"), url_for("settings.index")),
        _("Keep the series"),
        _("Issued bills keep their numbers."),
    )
    around = {
        "entity": entity,
        "series": series_manners.series_of(session(), entity.id),
        "next_numbers": _next_numbers(form),
    }
    if request.form.get("do") == "look":
        return render_template("console/number_series.html", form=form, page=page, **around)

    def do() -> Response:
        changed = [kind for kind in KINDS if _keep(form, entity, kind)]
        names = ", ".join(str(label(kind, "number_series")) for kind in changed)
        flash(_("Changed: %(names)s.", names=names) if changed else _("The series are kept as they were."), "success")
        return redirect(url_for("number_series.edit", entity_public_id=entity.public_id))

    return answer(form, page, do, template="console/number_series.html", **around)


def _keep(form: Form, entity: LegalEntity, kind: str) -> bool:
    try:
        return set_manner(
            session(), entity.id, kind, _typed(form, kind), year=today().year, author=actor(), reason=form["reason"]
        )
    except EnergyError as error:
        raise InputError(error.message, path=f"{kind}-{error.path}" if error.path else "", hint=error.hint) from error


def _next_numbers(form: Form) -> list[NextNumbers]:
    """The numbers of what stands in the fields."""
    values = Form(form.fields, form.initial)
    if request.method != "POST" or not values.read():
        values.values = dict(form.initial) | {"reason": ""}
    return [_numbers_of(values, kind) for kind in KINDS]


def _numbers_of(values: Form, kind: str) -> NextNumbers:
    manner = _typed(values, kind)
    try:
        check(manner)
    except InputError as error:
        return NextNumbers(kind, [], Form.sentence(error))
    return NextNumbers(kind, preview(manner, today().year))
