"""Bills and reminders for the post: what waits, one PDF of it with a cover list, the day it was handed in."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow import deliver, post_invoices
from cloud_service.flow.post_invoices import PostBag
from cloud_service.sheets.files.table_file import pieces_of
from cloud_service.store.delivery import post, postal_letters
from cloud_service.store.delivery.post import InvoiceToPost
from cloud_service.store.delivery.postal_letters import LetterToPost
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.invoicing.bill_files import chosen_bills
from cloud_service.web.database import session
from cloud_service.web.forms import parse_day
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from common.errors import InputError, NotFoundError

blueprint = Blueprint("printing", __name__)
AT_ONCE = 1000  # bills of one file; the rest comes with the next


def _invoices() -> list[InvoiceToPost]:
    """What the address asks for: a selection of the list of bills, else what waits (of a run)."""
    if request.args.get("batch"):
        return post.chosen(session(), [bill.row_id for bill in chosen_bills()[:AT_ONCE]])
    return post.waiting(session(), scope(), _run(), AT_ONCE)


def _letters() -> list[LetterToPost]:
    """The reminders that wait, beside all bills that wait."""
    if request.args.get("batch") or request.args.get("run"):
        return []
    return postal_letters.waiting(session(), scope(), AT_ONCE)


def _run() -> UUID | None:
    try:
        return UUID(request.args["run"]) if request.args.get("run") else None
    except ValueError:
        raise NotFoundError(_("there is no such billing run")) from None


@blueprint.get("/bills/print")
@access(May.COLLECT)
def index() -> str:
    """What would be printed."""
    return render_template(
        "console/printing.html",
        bills=_invoices(),
        letters=_letters(),
        at_once=AT_ONCE,
        today=today(),
        asked=request.args.to_dict(flat=False),
    )


@blueprint.get("/bills/print.pdf")
@access(May.COLLECT)
def file() -> Response:
    """One PDF: the cover list and the bills in their order."""
    settings = current_app.extensions["settings"]
    bag = PostBag(
        _invoices(),
        lambda invoice_id: deliver.document(session(), invoice_id, public_url=settings.pay_at).body,
        _letters(),
        lambda content: deliver.reminder_file(content, settings.pay_at),
    )
    with TemporaryDirectory() as folder:
        out = Path(folder) / "bills.pdf"
        post_invoices.print_file(session(), bag, out, today())
        session().commit()
        whole = out.open("rb")  # sent piece by piece, though its folder is gone
    answer = Response(pieces_of(whole), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="bills-{today()}.pdf"'
    return answer


@blueprint.post("/bills/print")
@access(May.COLLECT)
def posted() -> AnyResponse:
    """They were handed in: exactly those that the page showed, whatever has joined since."""
    bill_ids, letter_ids = _ticked("bill"), _ticked("letter")
    bills = [bill for bill in _invoices() if bill.invoice_id in bill_ids]
    letters = [letter for letter in _letters() if letter.id in letter_ids]
    if not bills and not letters:
        raise InputError(_("choose at least one bill"), path="bill")
    day = parse_day(request.form.get("day", ""), "day")
    count = post_invoices.mark_posted(session(), bills, day, author=actor(), today=today())
    count += post_invoices.mark_letters_posted(session(), letters, day, author=actor(), today=today())
    session().commit()
    flash(ngettext("%(num)s letter is marked as posted.", "%(num)s letters are marked as posted.", count), "success")
    return redirect(url_for("printing.index"))


def _ticked(name: str) -> set[int]:
    return {int(id_) for id_ in request.form.getlist(name) if id_.isdecimal()}
