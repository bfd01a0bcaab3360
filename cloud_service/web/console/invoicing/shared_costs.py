"""Shared costs: a split is a document; a cost of some days is shared by it and stands on the members' next bills."""

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.invoicing.cost_allocation import load_split
from cloud_service.domain.tariffs.document import canonical
from cloud_service.domain.tariffs.document_file import parse_document
from cloud_service.flow import share_costs as flow
from cloud_service.store.customers import legal_entities
from cloud_service.store.invoicing import cost_splits
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from common.errors import InputError
from common.period import Span

blueprint = Blueprint("shared_costs", __name__)
EXAMPLE = """\
label = "Heating"
currency = "EUR"
components = [ { by = "consumption", weight = "0.7" }, { by = "area", weight = "0.3" } ]   # also: persons, fixed, equal
members = [ { contract = "V-1", area = "50" }, { contract = "V-2", area = "75" } ]
# master = "Main meter"      # with only_difference = true: share only what it counted beyond the members
# tax = { name = "VAT", label = "VAT 19 %", percent = "19" }
"""


@blueprint.route("/shared", methods=["GET", "POST"])
@access(May.BILL)
def index() -> Any:
    """The splits, and sharing a cost by one of them: looked at first, then kept."""
    splits = cost_splits.splits(session(), scope())
    form = Form(
        (
            Field(
                "split", _("Split"), "choice", options=[(str(split.id), split.name) for split in splits], required=True
            ),
            Field("cost", _("Cost"), "amount", _("In the split's currency, without tax."), required=True),
            Field("from", _("From"), "date", required=True),
            Field("until", _("Until"), "date", _("First day after."), required=True),
        )
    )
    page = FormPage(_("Shared costs"), (_("Bills"), url_for("bills.index")), _("Put on the next bills"), icon="check")

    def do() -> Response | str:
        keep = request.form.get("do") == "keep"
        if form["until"] <= form["from"]:
            raise InputError(
                _("%(until)s is not after %(start)s", until=form["until"], start=form["from"]), path="until"
            )
        done = flow.share_out(
            session(), int(form["split"]), Span(form["from"], form["until"]), form["cost"], author=actor(),
            dry_run=not keep,
        )  # fmt: skip
        if keep:
            flash(
                ngettext(
                    "%(total)s is shared between %(num)s connection; it stands on its next bill.",
                    "%(total)s is shared between %(num)s connections; it stands on their next bills.",
                    len(done.shares),
                    total=done.total,
                ),
                "success",
            )
            return redirect(url_for("shared_costs.index"))
        return render_template("console/shared.html", form=form, page=page, splits=splits, done=done)

    return answer(form, page, do, template="console/shared.html", splits=splits, done=None)


@blueprint.route("/shared/new", methods=["GET", "POST"])
@access(May.BILL)
def add() -> Any:
    """A new split, or a new document of one; what was shared stays as it was."""
    entities = legal_entities.entities(session(), scope())
    choice = tuple((str(entity.public_id), entity.name) for entity in entities)
    form = Form(
        (
            *((Field("entity", _("Legal entity"), "choice", options=choice),) if len(choice) > 1 else ()),
            Field("name", _("Name"), required=True),
            Field("document", _("Document"), "document", _("JSON or TOML."), required=True),
        ),
        {"document": EXAMPLE},
    )
    page = FormPage(_("New split"), (_("Shared costs"), url_for("shared_costs.index")), _("Keep the split"))

    def do() -> Response:
        entity = legal_entities.entity(session(), scope(), str(form.values.get("entity") or ""))
        document = _document(form["document"])
        try:
            flow.store_split(session(), entity.id, form["name"], document, author=actor())
        except InputError as error:
            raise InputError(f"{error.path}: {error.message}", path="document", hint=error.hint) from error
        flash(_("%(name)s is kept.", name=form["name"]), "success")
        return redirect(url_for("shared_costs.index"))

    return answer(form, page, do)


def _document(text: str) -> dict[str, Any]:
    """What was typed, checked; a fault names its place in the document."""
    try:
        parsed: dict[str, Any] = json.loads(
            canonical(parse_document(text, ".json" if text.startswith("{") else ".toml"))
        )
        load_split(parsed)
    except InputError as error:
        where = f"{error.path}: " if error.path else ""
        raise InputError(f"{where}{error.message}", path="document", hint=error.hint) from error
    return parsed
