"""Shared costs: a split is a document; a cost of some days is shared by it and stands on the members' next bills."""

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.invoicing.cost_allocation import load_split
from cloud_service.domain.tariffs.document import canonical
from cloud_service.domain.tariffs.document_file import parse_document
from cloud_service.flow import share_costs as flow
from cloud_service.flow.validate import validate_places
from cloud_service.store.invoicing import cost_splits, kept_shares
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now
from cloud_service.web.console.shared_fields import chosen_entity, document_faults, entity_field
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, Options, answer, parse_day
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from common.errors import ConflictError, InputError, NotFoundError
from common.period import Span

blueprint = Blueprint("shared_costs", __name__)
NEWEST = 24  # of what a split has shared, on the page
EXAMPLE = """\
label = "Heating"
currency = "EUR"
components = [ { by = "consumption", weight = "0.7" }, { by = "area", weight = "0.3" } ]   # also: persons, fixed, equal
members = [ { contract = "V-1", area = "50" }, { contract = "V-2", area = "75" } ]
# master = "Main meter"      # with only_difference = true: share only what it counted beyond the members
# empty_days = "members"     # days of a flat without a member: shared by the others; else they are the owner's
# tax = { name = "VAT", label = "VAT 19 %", percent = "19" }
"""


@blueprint.route("/shared", methods=["GET", "POST"])
@access(May.BILL)
def index() -> Any:
    """The splits, and sharing a cost by one of them: looked at first, then kept."""
    splits = cost_splits.splits(session(), scope())
    form = Form(_sharing_fields([(str(split.id), split.name) for split in splits]))
    page = FormPage(_("Shared costs"), (_("Bills"), url_for("bills.index")), _("Put on the next bills"), icon="check")
    split_sharings = {split.id: kept_shares.sharings(session(), split.id)[:NEWEST] for split in splits}

    def do() -> Response | str:
        keep = request.form.get("do") == "keep"
        done = _share_out(form, keep=keep)
        if not keep:
            return render_template(
                "console/shared.html", form=form, page=page, splits=splits, sharings=split_sharings, done=done
            )
        message = ngettext(
            "%(total)s is shared between %(num)s connection; it stands on its next bill.",
            "%(total)s is shared between %(num)s connections; it stands on their next bills.",
            len({share.contract for share in done.shares if share.contract}), total=done.total,
        )  # fmt: skip
        flash(message, "success")
        return redirect(url_for("shared_costs.index"))

    return answer(form, page, do, template="console/shared.html", splits=splits, sharings=split_sharings, done=None)


def _sharing_fields(splits: Options) -> tuple[Field, ...]:
    return (
        Field("split", _("Split"), "choice", options=splits, required=True),
        Field("cost", _("Cost"), "amount", _("In the split's currency, without tax."), required=True),
        Field("from", _("From"), "date", required=True),
        Field("until", _("Until"), "date", _("First day after."), required=True),
    )


def _share_out(form: Form, *, keep: bool) -> flow.SharedCost:
    """The shares of the typed cost; they go on the next bills only if they are kept."""
    start, until = form["from"], form["until"]
    if until <= start:
        raise InputError(_("%(until)s is not after %(start)s", until=until, start=start), path="until")
    split_id = int(form["split"])
    validate_places(session(), flow.places_of(session(), split_id), now())
    return flow.share_out(session(), split_id, Span(start, until), form["cost"], author=actor(), dry_run=not keep)


@blueprint.post("/shared/<int:split_id>/take-back")
@access(May.BILL)
def take_back(split_id: int) -> Response:
    """A cost that was shared wrongly waits for no bill any more."""
    splits = {split.id: split for split in cost_splits.splits(session(), scope())}
    if split_id not in splits:
        raise NotFoundError(_("there is no such split"))
    try:
        span = Span(parse_day(request.form.get("from", ""), "from"), parse_day(request.form.get("until", ""), "until"))
        flow.take_back(session(), split_id, span, author=actor(), reason=request.form.get("reason", "").strip())
        session().commit()
    except (InputError, ConflictError, NotFoundError) as error:
        session().rollback()
        flash(Form.sentence(error), "danger")
    else:
        flash(_("The sharing is taken back; the days can be shared again."), "success")
    return redirect(url_for("shared_costs.index"))


@blueprint.route("/shared/new", methods=["GET", "POST"])
@access(May.BILL)
def add() -> Any:
    """A new split, or a new document of one; what was shared stays as it was."""
    form = Form(
        (
            *entity_field(),
            Field("name", _("Name"), required=True),
            Field("document", _("Document"), "document", _("JSON or TOML."), required=True),
        ),
        {"document": EXAMPLE},
    )
    page = FormPage(_("New split"), (_("Shared costs"), url_for("shared_costs.index")), _("Keep the split"))

    def do() -> Response:
        entity = chosen_entity(form)
        with document_faults():
            flow.store_split(session(), entity.id, form["name"], _parsed(form["document"]), author=actor())
        flash(_("%(name)s is kept.", name=form["name"]), "success")
        return redirect(url_for("shared_costs.index"))

    return answer(form, page, do)


def _parsed(text: str) -> dict[str, Any]:
    """The typed document as plain JSON, after `load_split` found nothing wrong with it."""
    parsed: dict[str, Any] = json.loads(canonical(parse_document(text, ".json" if text.startswith("{") else ".toml")))
    load_split(parsed)
    return parsed
