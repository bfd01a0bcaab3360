"""Bills that late or corrected readings touch, and what is done about each: the difference, or a new bill.

Both are shown before anything is issued: they are really done and taken back, so what is shown is what will be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.invoicing.rebill_difference import ChangedLine
from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.flow import correct_invoice
from cloud_service.flow.invoicing import rebilling
from cloud_service.flow.invoicing.rebilling import Rebilling, RebillSteps
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_all
from cloud_service.flow.validate import validate_contracts
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.invoicing.corrections import original, touched
from cloud_service.store.lookups.billed_meters import billed_meters
from cloud_service.store.lookups.invoice_page import InvoicePage, invoice_page
from cloud_service.store.receivables.invoice_balance import balance_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.invoicing.bill_payments import page_of
from cloud_service.web.console.invoicing.corrections import why_field
from cloud_service.web.database import session
from cloud_service.web.forms import Form, answer, say_next
from cloud_service.web.language.sentences import gettext as _
from common.errors import ConflictError
from common.period import Span

blueprint = Blueprint("late", __name__)
Done = TypeVar("Done")
SHOWN_ONLY = "preview"  # a correction needs a reason; this one is taken back


@dataclass(frozen=True, slots=True)
class Preview:
    """A bill taken back and billed anew, the later bills that rest on it too; what is open of the first afterwards."""

    first: Rebilling
    later: list[Rebilling]
    outstanding: Decimal

    @property
    def seen(self) -> str:
        """What the page sends back, so that nothing else is issued than what was shown."""
        return " ".join(f"{each.total:f}" for each in (self.first, *self.later))


@blueprint.get("/bills/touched")
@access(May.BILL)
def index() -> str:
    """The bills whose readings changed since they were issued, the longest waiting first."""
    allowed = scope().entities
    rows = [row for entity in ([None] if allowed is None else sorted(allowed)) for row in touched(session(), entity)]
    return render_template("console/touched.html", rows=rows)


@blueprint.route("/bills/<uuid:public_id>/difference", methods=["GET", "POST"])
@access(May.BILL)
def difference(public_id: UUID) -> Any:
    """Rate its days anew; the difference stands on the next bill."""
    bill = invoice_page(session(), scope(), public_id, today())
    number = bill.invoice.number
    form = Form((why_field(),))
    note = _("The bill stays as it is; the next bill of the connection has one line with the difference.")
    page = page_of(bill, _("The difference to %(number)s", number=number), _("Put it on the next bill"), note)

    def do() -> Response:
        done = _difference(bill, form["reason"])
        differences = "; ".join(change.why for change in done) or _("nothing changed")
        flash(_("On the next bill of %(number)s: %(differences)s.", number=number, differences=differences), "success")
        return redirect(page.back[1])

    return answer(
        form, page, do, template="console/difference.html", bill=bill,
        look=cache(lambda: _looked_at(lambda: _difference(bill, SHOWN_ONLY))),
        meters=billed_meters(session(), bill.invoice.id),
    )  # fmt: skip


def _difference(bill: InvoicePage, reason: str) -> list[ChangedLine]:
    rated = _rated_anew(bill.invoice.id)
    return correct_invoice.bill_difference(
        session(), bill.invoice.id, rated, reason=reason, author=actor(), clock=now
    )  # fmt: skip


@blueprint.route("/bills/<uuid:public_id>/rebill", methods=["GET", "POST"])
@access(May.BILL)
def rebill(public_id: UUID) -> Any:
    """A credit note over the whole bill, and a new one of the same days."""
    bill = invoice_page(session(), scope(), public_id, today())
    number = bill.invoice.number
    form = Form((why_field(),))
    note = _("The customer gets the credit note and the new bill, which names the old one.")
    page = page_of(bill, _("Credit %(number)s and bill it anew", number=number), _("Issue both"), note)

    def do() -> Response:
        done = _rebilled(bill, form["reason"])
        if request.form.get("seen", "") not in ("", done.seen):
            raise ConflictError(_("the readings or prices changed in between"), hint=_("look at the new bill below"))
        said = _(
            "%(number)s is credited by %(note)s and billed anew as %(numbers)s.",
            number=number, note=done.first.note.number, numbers=", ".join(new.number for new in done.first.bills),
        )  # fmt: skip
        if done.later:
            said += " " + _(
                "So are %(numbers)s, which rest on it.", numbers=", ".join(each.before.number for each in done.later)
            )
        new_address = url_for("bills.show", public_id=done.first.bills[0].public_id)
        say_next(said, new_address, _("Open %(number)s", number=done.first.bills[0].number))
        return redirect(page.back[1])

    return answer(
        form, page, do, template="console/rebill.html", bill=bill,
        look=cache(lambda: _looked_at(lambda: _rebilled(bill, SHOWN_ONLY))),
        meters=billed_meters(session(), bill.invoice.id),
    )  # fmt: skip


def _rebilled(bill: InvoicePage, reason: str) -> Preview:
    steps = RebillSteps(
        lambda id_: correct_invoice.credit(
            session(), id_, reason=reason, day=today(), author=actor(), clock=now
        ),
        _rated_on,
        lambda rated, note: issue(
            session(), rated, bill_date=note.draft.bill_date, author=actor(), instead_of=note
        ),
    )  # fmt: skip
    first, *later = rebilling.rebill(session(), bill.invoice.id, steps, following=True)
    outstanding = sum((balance_of(session(), new.id).outstanding for new in first.bills), Decimal(0))
    return Preview(first, later, outstanding)


def _rated_anew(invoice_id: int) -> list[RatedContract]:
    """The days of the bill as they are rated now."""
    invoice = original(session(), invoice_id)
    return _rated_on(invoice.contracts, invoice.during)


def _rated_on(contract_ids: Sequence[int], span: Span) -> list[RatedContract]:
    """With readings that came a moment ago."""
    validate_contracts(session(), contract_ids, now())
    return rate_all(session(), contract_ids, span)


def _looked_at(do: Callable[[], Done]) -> tuple[Done | None, str]:
    """What would be done, and why it cannot be; nothing of it stays."""
    attempt = session().begin_nested()
    try:
        return do(), ""
    except REFUSALS as error:
        return None, Form.sentence(error)
    finally:
        attempt.rollback()
