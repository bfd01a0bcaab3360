"""Publishing a tariff: upload or paste a document, see what is wrong with it and what a month would cost, keep it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import publish_tariff as flow
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.lookups.tariffs import tariff as tariff_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import REASON, entity_field
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from common.errors import InputError

blueprint = Blueprint("tariff_forms", __name__)
FILE_MAX = 500_000
TEMPLATE = "console/tariff_form.html"
EXAMPLE = """\
id = "home"
name = "Home"
currency = "EUR"
from = 2027-01-01

[[charges]]
kind = "energy"
label = "Energy"
price = "0.30"

[[charges]]
kind = "standing"
label = "Standing charge"
amount = "10.00"
per = "month"

[[taxes]]
name = "VAT"
label = "VAT 19 %"
category = "S"
percent = "19"
"""
DOCUMENT_FIELDS = (
    Field(
        "file",
        _l("Upload a document"),
        "file",
        _l("JSON, TOML or YAML of ours, or a record of the US rate database (URDB)."),
    ),
    Field(
        "document",
        _l("or paste it here"),
        "document",
        _l("What stands here is read where no file is chosen."),
        longest=FILE_MAX,
    ),
    Field("start", _l("Valid from"), "date", _l("Where the document names no first day.")),
    REASON,
)


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """What is wrong with a typed document, or what would be kept of it and what an even month would cost."""

    faults: Sequence[InputError] = ()
    draft: flow.TariffDraft | None = None
    sample: flow.PriceSample | None = None
    sample_kwh: int = flow.SAMPLE_KWH


@blueprint.route("/tariffs/new", methods=["GET", "POST"])
@access(May.CONTRACT)
def add() -> Any:
    """A new tariff, or new versions of one that is named in the document."""
    entities = legal_entities.entities(session(), scope())
    form = Form(
        (*entity_field(), *DOCUMENT_FIELDS),
        {"document": EXAMPLE.replace("EUR", entities[0].currency) if entities else EXAMPLE},
    )
    page = FormPage(_("New tariff"), (_("Tariffs"), url_for("tariffs.index")), _("Keep the tariff"))
    entity = legal_entities.entity(session(), scope(), request.form.get("entity", ""))
    return _publish(form, page, entity, code="")


@blueprint.route("/tariffs/<uuid:public_id>/edit", methods=["GET", "POST"])
@access(May.CONTRACT)
def edit(public_id: UUID) -> Any:
    """The next version of a tariff, beginning with the newest one."""
    tariff, versions = tariff_of(session(), scope(), public_id)
    present = (
        {key: value for key, value in versions[0].document.items() if key not in ("from", "until")} if versions else {}
    )
    form = Form(DOCUMENT_FIELDS, {"document": json.dumps(present, indent=2, ensure_ascii=False), "start": ""})
    page = FormPage(
        _("New version of %(name)s", name=tariff.name),
        (tariff.name, url_for("tariffs.show", public_id=public_id)),
        _("Keep the version"),
        _("It ends the one before; days that are billed keep their prices."),
    )  # fmt: skip
    entity = session().get_one(LegalEntity, tariff.legal_entity_id)
    return _publish(form, page, entity, code=tariff.code)


def _publish(form: Form, page: FormPage, entity: LegalEntity, *, code: str) -> Any:
    """Look at the document first; only the second button keeps it."""
    check = DocumentCheck()
    if request.method == "POST":
        check = _check(form, _take_file(form), entity)
        if check.faults or request.form.get("do") != "keep":
            form.read()
            if check.faults:
                form.errors["document"] = _("This cannot be priced yet; see below.")
            return render_template(TEMPLATE, form=form, page=page, check=check), 422 if form.errors else 200

    def do() -> Response:
        draft = flow.draft(form["document"], form.typed.get("name", ""))
        if code and draft.tariff.id != code:
            raise InputError(
                _("the document is of %(found_id)s, not of %(code)s", found_id=draft.tariff.id, code=code),
                path="document",
            )
        done = flow.publish(session(), entity.id, draft, author=actor(), start=form["start"], reason=form["reason"])
        flash(
            ngettext("%(name)s: %(num)s new version.", "%(name)s: %(num)s new versions.", done.new, name=done.name),
            "success",
        )
        return redirect(url_for("tariffs.index", q=done.code))

    return answer(form, page, do, template=TEMPLATE, check=check)


def _take_file(form: Form) -> str:
    """Put an uploaded file's text into the field, so that it is seen and sent again; the name says how to read it."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.typed["name"] = request.form.get("name", "")
        return form.typed["name"]
    form.typed["name"] = sent.filename
    try:
        form.typed["document"] = sent.stream.read(FILE_MAX).decode("utf-8-sig")
    except UnicodeDecodeError:
        form.errors["file"] = _("This file is no text in UTF-8.")
    return sent.filename


def _check(form: Form, name: str, entity: LegalEntity) -> DocumentCheck:
    """What is wrong, or what it would mean."""
    text = form.shown("document")
    faults = flow.all_faults(text, name) if text.strip() else [InputError(_("there is no document"), path="document")]
    if faults:
        return DocumentCheck(faults)
    try:
        draft = flow.draft(text, name)
    except InputError as error:
        return DocumentCheck([error])
    return DocumentCheck(draft=draft, sample=flow.sample(draft.tariff, today(), entity.timezone))
