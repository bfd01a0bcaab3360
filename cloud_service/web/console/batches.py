"""One action on many rows of a list: chosen, checked, done row by row, with what became of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.batches import work
from cloud_service.batches.actions import ACTIONS
from cloud_service.sheets.files.table_file import SheetColumn
from cloud_service.store.batches import batches
from cloud_service.store.batches.batches import NewBatch, StoredBatch, StoredItem
from cloud_service.store.identity.users import others_in_roles
from cloud_service.store.lists.paging import chosen_rows
from cloud_service.web.access import ROLES, May, access, actor, allowed, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.batch_lists import LISTS
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.listing import query_of
from cloud_service.web.lists.address import here
from cloud_service.web.lists.files import file_response
from cloud_service.web.lists.offers import OFFERS, Offer, offers_of, starting_values
from common.errors import ConflictError, InputError, NotFoundError

blueprint = Blueprint("batches", __name__)
AT_ONCE = 100  # rows that are done while the browser waits; more are for the worker
SHOWN = 250
MOVING = ("checking", "running")
FILE_PAGES = {
    "invoice_print": "printing.index",
    "invoice_zip": "bill_files.pdfs",
    "einvoice_zip": "bill_files.einvoices",
}


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A batch that the reader may know of, with what its list offers."""

    batch: StoredBatch
    offer: Offer

    @property
    def mine(self) -> bool:
        """Whether the reader asked for it."""
        return self.batch.author == actor()


@blueprint.get("/batches")
@access(May.READ)
def index() -> str:
    """What was done to many rows lately."""
    rows = [(batch, offer) for batch in batches.newest(session(), scope()) if (offer := _offer(batch))]
    return render_template("console/batches.html", rows=rows, lists=LISTS)


@blueprint.post("/batches/new/<name>")
@access(May.READ)
def choose(name: str) -> AnyResponse:
    """The ticked rows, or all that the filters of the address find, kept for the action."""
    offer = next((offer for offer in offers_of(name) if offer.action == request.form.get("action")), None)
    if offer is None or name not in LISTS:
        raise NotFoundError(_("there is no such page"))
    public_ids = None if request.form.get("all") == "yes" else _ticked()
    if public_ids == []:
        flash(_("Tick the rows first, or choose all of this list."), "warning")
        return redirect(here(url_for(LISTS[name].endpoint)))
    public_id = _new_batch(name, offer, public_ids)
    session().commit()
    if offer.file:
        return redirect(url_for(FILE_PAGES[offer.action], batch=public_id))
    return redirect(url_for("batches.values", public_id=public_id))


def _ticked() -> list[UUID]:
    try:
        return [UUID(row) for row in request.form.getlist("row")]
    except ValueError:
        raise InputError(_("there is no such row"), path="row") from None


def _new_batch(name: str, offer: Offer, public_ids: list[UUID] | None) -> UUID:
    entry = LISTS[name]
    query = query_of(entry.page)
    rows = chosen_rows(
        session(), entry.rows(query), query, label=OFFERS[name].label, public_ids=public_ids, most=offer.most + 1
    )
    if len(rows) > offer.most:
        raise InputError(_("at most %(rows)s rows at once", rows=offer.most), hint=_("narrow the list by its filters"))
    if not rows:
        raise NotFoundError(_("none of these rows is there any more"))
    return batches.add(session(), NewBatch(name, offer.action, actor(), scope(), today()), rows)


def _offer(batch: StoredBatch) -> Offer | None:
    return next((offer for offer in offers_of(batch.page) if offer.action == batch.action and not offer.file), None)


def _page(public_id: UUID) -> BatchPage:
    """The batch; for those who may not do its action it does not exist."""
    batch = batches.stored(session(), public_id, scope())
    offer = _offer(batch)
    if offer is None:
        raise NotFoundError(_("there is no such page"))
    return BatchPage(batch, offer)


@blueprint.route("/batches/<uuid:public_id>/values", methods=["GET", "POST"])
@access(May.READ)
def values(public_id: UUID) -> Any:
    """What the action needs to know; sent, it is checked for each row."""
    page = _page(public_id)
    if not page.mine or page.batch.state not in ("chosen", "checked", "waiting"):
        return redirect(url_for("batches.show", public_id=public_id))
    form = Form((*page.offer.fields(), _reason(page.offer)), starting_values() | dict(page.batch.values))
    entry = LISTS[page.batch.page]
    back = (str(entry.page.title), url_for(entry.endpoint))
    form_page = FormPage(str(page.offer.label), back, _("Check first"), page.offer.note, "search")

    def do() -> AnyResponse:
        typed = {field.key: _as_text(form[field.key]) for field in form.fields}
        if batches.ask_for_check(session(), page.batch.id, typed):
            _work(page.batch.id)
        return redirect(url_for("batches.show", public_id=public_id))

    counted = batches.counts(session(), page.batch.id)
    return answer(form, form_page, do, template="console/batch_form.html", counts=counted, entry=entry)


def _reason(offer: Offer) -> Field:
    return Field("reason", _("Why"), hint=_("Kept in the audit log."), required=offer.reason_needed)


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


def _work(batch_id: int) -> None:
    """Few rows at once, each in its savepoint; many are the worker's."""
    if batches.counts(session(), batch_id).total > AT_ONCE:
        work.start(session(), batch_id)
        return
    while work.work(session(), batch_id, now(), AT_ONCE):
        pass


@blueprint.get("/batches/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str | AnyResponse:
    """What would be done, is being done or was done, row by row."""
    page = _page(public_id)
    if page.batch.state == "chosen":
        return redirect(url_for("batches.values", public_id=public_id))
    return render_template(
        "console/batch.html",
        batch=page.batch,
        offer=page.offer,
        mine=page.mine,
        entry=LISTS[page.batch.page],
        row_endpoint=OFFERS[page.batch.page].endpoint,
        counts=batches.counts(session(), page.batch.id),
        rows=_first_rows(page.batch),
        asked=_asked(page),
        approval=ACTIONS[page.batch.action].approval,
        approving=_may_approve(page),
        moving=page.batch.state in MOVING,
    )


def _asked(page: BatchPage) -> list[tuple[str, str]]:
    """The values of the form in words."""
    given = [(field, str(page.batch.values.get(field.key) or "")) for field in page.offer.fields()]
    return [(field.label, str(dict(field.options).get(value, value))) for field, value in given if value]


def _first_rows(batch: StoredBatch) -> list[StoredItem]:
    """What was refused first: that is what somebody has to look at."""
    rows = sorted(batches.items(session(), batch.id), key=lambda row: row.state != "refused")
    return rows[:SHOWN]


def _may_approve(page: BatchPage) -> bool:
    """Another person who may approve, or the only one there is."""
    return May.APPROVE in allowed() and (not page.mine or _alone())


def _alone() -> bool:
    roles = [role for role, rights in ROLES.items() if May.APPROVE in rights]
    return not others_in_roles(session(), actor(), roles)


@blueprint.post("/batches/<uuid:public_id>/run")
@access(May.READ)
def run(public_id: UUID) -> AnyResponse:
    """Do what was checked; a second press finds it done."""
    page = _page(public_id)
    approval = ACTIONS[page.batch.action].approval
    if not page.mine and not (approval and page.batch.state == "waiting" and _may_approve(page)):
        raise ConflictError(_("%(person)s asked for this", person=page.batch.author))
    work.refuse_empty(session(), page.batch)
    if work.let_run(session(), page.batch, actor(), now(), alone=approval and _may_approve(page)):
        _work(page.batch.id)
    session().commit()
    return redirect(url_for("batches.show", public_id=public_id))


@blueprint.get("/batches/<uuid:public_id>.<any(csv, xlsx):form>")
@access(May.READ)
def file(public_id: UUID, form: str) -> Response:
    """All rows with what became of them."""
    page = _page(public_id)
    heads = (_("Row"), _("State"), _("Before"), _("After"), _("Why"), _("What to do"))
    rows = _file_rows(page.batch.id)
    name = f"{page.batch.action}-{page.batch.asked_on}"
    return file_response(name, str(page.offer.label), [SheetColumn(head) for head in heads], rows, form)


def _file_rows(batch_id: int) -> Iterator[tuple[str, ...]]:
    for row in batches.items(session(), batch_id):
        yield row.label, row.state, row.before, row.after, row.reason, row.hint
