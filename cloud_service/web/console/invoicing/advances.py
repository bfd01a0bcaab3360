"""Bills in advance: connections that pay a fixed amount, what falls due, what could not be billed; the form of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.invoicing.advances.plan import AdvanceTerms
from cloud_service.domain.invoicing.advances.proposal import AdvanceProposal
from cloud_service.flow.advances import plan as flow
from cloud_service.flow.advances.proposal import proposal
from cloud_service.flow.advances.run import AdvanceIssue, AdvanceRun, DueAdvance, due_advances, issue_due
from cloud_service.flow.issue import issue_apart
from cloud_service.store.customers import contract_changes, legal_entities
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing.advances import bills, plans
from cloud_service.store.lookups.customers import Connection
from cloud_service.store.lookups.customers import connection as connection_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.customers.connection_fields import connection_page
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, answer, parse_day, typed_reason
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from cloud_service.web.language.typed_numbers import typed_number
from common.errors import EnergyError

blueprint = Blueprint("advances", __name__)
AT_ONCE = 200
FIELDS = (
    Field("amount", _l("Amount each period"), "amount", _l("With all taxes, in the account's currency."),
          required=True),
    Field("every", _l("Each"), "choice", options=options("advance_every")),
    Field("day_of_month", _l("Periods begin on day"), "number", _l("Of the month, 1 to 28."), required=True),
    Field("timing", _l("Billed"), "choice", options=options("advance_timing")),
    Field("from", _l("From"), "date", _l("What was agreed before ends there."), required=True),
    REASON_BELOW,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CurrencySum:
    """What falls due in one currency."""

    currency: str
    amount: Decimal


def _entities() -> list[int]:
    return [entity.id for entity in legal_entities.entities(session(), scope())]


def _due() -> dict[int, list[DueAdvance]]:
    """By company, what falls due today; some at once."""
    return {entity: due_advances(session(), entity, today(), limit=AT_ONCE) for entity in _entities()}


@blueprint.get("/bills/advances")
@access(May.BILL)
def index() -> str:
    """What falls due, and the connections; `after` goes on."""
    due = [row for of_entity in _due().values() for row in of_entity]
    rows = plans.listed(session(), _entities(), today(), after=request.args.get("after", 0, int), limit=AT_ONCE)
    return render_template(
        "console/advances.html", due=[row for row in due if not row.refusal], sums=_sums(due),
        refused=[row for row in due if row.refusal], rows=rows,
        after=rows[-1].contract_id if len(rows) == AT_ONCE else 0,
    )  # fmt: skip


def _sums(due: list[DueAdvance]) -> list[CurrencySum]:
    sums: dict[str, Decimal] = {}
    for row in due:
        if not row.refusal:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.period.amount
    return [CurrencySum(currency, amount) for currency, amount in sorted(sums.items())]


@contextmanager
def _begin() -> Iterator[Session]:
    yield session()
    session().commit()


@blueprint.post("/bills/advances/run")
@access(May.BILL)
def run() -> Response:
    """Issue what falls due today."""
    done = AdvanceRun()
    for entity, due in _due().items():
        ids = sorted({row.contract_id for row in due})
        of_entity = issue_due(_begin, AdvanceIssue(entity, today(), issue_apart, actor()), contract_ids=ids)
        done.issued.extend(of_entity.issued)
        done.parked.extend(of_entity.parked)
    count = len(done.issued)
    flash(ngettext("%(num)s advance bill is issued.", "%(num)s advance bills are issued.", count), "success")
    if done.parked:
        flash(
            ngettext(
                "%(num)s connection could not be billed: why stands beside it.",
                "%(num)s connections could not be billed: why stands beside them.",
                len(done.parked),
            ),
            "danger",
        )
    return redirect(url_for("advances.index"))


@blueprint.route("/connections/<uuid:public_id>/advances", methods=["GET", "POST"])
@access(May.CONTRACT)
def edit(public_id: UUID) -> Any:
    """What is agreed with a connection, and its bills in advance; agreed anew from a day on."""
    connection = connection_of(session(), scope(), public_id)
    agreed = plans.plans_of(session(), connection.contract.id)
    form = Form(FIELDS, _shown(connection, agreed))
    page = connection_page(
        connection,
        _("What %(number)s pays in advance", number=connection.contract.number),
        _("Agree"),
        _("The bill of the same days takes each amount off again."),
    )

    def do() -> Response:
        terms = AdvanceTerms(form["amount"], int(form["every"]), form["day_of_month"], form["timing"])
        flow.agree(
            session(), connection.contract.id, terms, form["from"], author=actor(), reason=form["reason"]
        )  # fmt: skip
        flash(_("Agreed from %(day)s on.", day=form["from"]), "success")
        return redirect(url_for("advances.edit", public_id=public_id))

    proposed, refusal = _proposed(connection, form)
    return answer(
        form, page, do, template="console/advance.html", connection=connection, agreed=agreed, proposed=proposed,
        refusal=refusal,
        bills=bills.live_bills(session(), connection.contract.id), today=today(),
    )  # fmt: skip


def _proposed(connection: Connection, form: Form) -> tuple[AdvanceProposal | None, str]:
    """What is reckoned where somebody asks for it, and put into the form; or why it cannot be."""
    if request.method != "GET" or "use" not in request.args:
        return None, ""
    try:
        use = typed_number(request.args["use"]) if request.args["use"].strip() else None
        start = form.initial["from"]
        proposed = proposal(session(), connection.contract.id, start, yearly_use=use)
    except EnergyError as error:
        return None, Form.sentence(error)
    form.initial = {**form.initial, "amount": proposed.amount, "every": "1"}
    return proposed, ""


def _shown(connection: Connection, agreed: list[plans.AdvancePlan]) -> dict[str, Any]:
    """What holds last, from the first day on which it can be changed."""
    contract = connection.contract
    days = [
        bills.billed_until(session(), contract.id), contract_changes.billed_until(session(), contract.id),
        contract.during.lower, today().replace(day=1),
    ]  # fmt: skip
    first = max(day for day in days if day is not None)
    terms = agreed[-1].terms if agreed else AdvanceTerms(Decimal(0))
    return {
        "amount": terms.amount if agreed else None, "every": str(terms.every_months), "day_of_month": terms.day,
        "timing": terms.timing, "from": first,
    }  # fmt: skip


@blueprint.post("/connections/<uuid:public_id>/advances/end")
@access(May.CONTRACT)
def end(public_id: UUID) -> Response:
    """Nothing is billed in advance from a day on."""
    connection = connection_of(session(), scope(), public_id)
    try:
        day = parse_day(request.form.get("from", ""), "from")
        flow.end(session(), connection.contract.id, day, author=actor(), reason=typed_reason())
        session().commit()
    except REFUSALS as error:
        session().rollback()
        flash(Form.sentence(error), "danger")
    else:
        flash(_("From %(day)s on nothing is billed in advance.", day=day), "success")
    return redirect(url_for("advances.edit", public_id=public_id))
