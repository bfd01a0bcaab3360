"""What is on no bill: days that are due, with the reason; lines that wait; what is left unbilled on purpose."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import billing_run
from cloud_service.flow.invoicing import unbilled as flow
from cloud_service.flow.issue import issue_waiting_lines
from cloud_service.store.customers import legal_entities
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.invoicing import pending_lines, unbilled_days
from cloud_service.store.lookups.customers import Connection
from cloud_service.store.lookups.customers import connection as connection_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.forms import Form, parse_day, say_next, typed_reason
from cloud_service.web.language.sentences import gettext as _
from common.errors import ConflictError, NotFoundError
from common.period import Span

blueprint = Blueprint("unbilled", __name__, url_prefix="/bills/unbilled")
SHARDS = 1
LINES = 200


def _entities() -> list[int]:
    return [entity.id for entity in legal_entities.entities(session(), scope())]


@blueprint.get("")
@access(May.BILL)
def index() -> str:
    """The list, by connection; `after` and `lines_after` go on."""
    ids = _entities()
    rows, after = flow.due_days(session(), ids, today(), after=request.args.get("after", 0, int))
    lines = pending_lines.listed(
        session(), ids, today(), after=request.args.get("lines_after", 0, int), limit=LINES
    )  # fmt: skip
    return render_template(
        "console/unbilled.html", rows=rows, after=after, lines=lines,
        lines_after=lines[-1].id if len(lines) == LINES else 0, waived=unbilled_days.waived(session(), ids),
    )  # fmt: skip


@blueprint.post("/run")
@access(May.BILL)
def run() -> Response:
    """All that is due of a connection from a day on, by a run of its own: seen before it is issued."""
    connection = _connection()
    start = parse_day(request.form.get("from", ""), "from")
    planned = billing_run.plan(
        session(),
        billing_run.RunPlan(
            connection.site.legal_entity_id, Span(start, today()), today(), actor(),
            contract_ids=[connection.contract.id],
        ),
    )  # fmt: skip
    billing_run.start(session(), planned.id, "rate", shards=SHARDS, author=actor())
    session().commit()
    return redirect(url_for("runs.show", public_id=planned.public_id))


@blueprint.post("/leave")
@access(May.BILL)
def leave() -> Response:
    """Days that nobody is to pay for."""
    connection = _connection()
    span = Span(parse_day(request.form.get("from", ""), "from"), parse_day(request.form.get("until", ""), "until"))
    return _done(
        lambda: flow.leave_unbilled(
            session(), connection.contract.id, span, author=actor(), reason=typed_reason()
        ),
        _("The days are left unbilled."),
    )  # fmt: skip


@blueprint.post("/left/<int:waived_id>/undo")
@access(May.BILL)
def undo(waived_id: int) -> Response:
    """They are to be billed after all."""
    return _done(
        lambda: flow.bill_after_all(session(), _entities(), waived_id, author=actor(), reason=typed_reason()),
        _("The days are to be billed again."),
    )


@blueprint.post("/lines/<int:line_id>/drop")
@access(May.BILL)
def drop(line_id: int) -> Response:
    """A line waits for no bill any more."""
    return _done(
        lambda: flow.drop_line(session(), _entities(), line_id, today(), author=actor(), reason=typed_reason()),
        _("The line is taken back."),
    )


@blueprint.post("/lines/bill")
@access(May.BILL)
def bill_lines() -> Response:
    """What waits of a connection, by a bill of its own, at once."""
    connection = _connection()

    def issue() -> None:
        bills = issue_waiting_lines(session(), [connection.contract.id], bill_date=today(), author=actor())
        if not bills:
            raise ConflictError(_("nothing waits for this connection today"))
        said = _("%(number)s is issued.", number=bills[0].number)
        say_next(said, url_for("bills.show", public_id=bills[0].public_id), _("Open the bill"))

    return _done(issue, "")


def _connection() -> Connection:
    """The one that a row names."""
    try:
        public_id = UUID(request.form.get("connection", ""))
    except ValueError as error:
        raise NotFoundError(_("there is no such connection")) from error
    return connection_of(session(), scope(), public_id)


def _done(do: Callable[[], object], said: str) -> Response:
    """Do it and say so, or say why not; back to the list."""
    try:
        do()
        session().commit()
    except REFUSALS as error:
        session().rollback()
        flash(Form.sentence(error), "danger")
    else:
        if said:
            flash(said, "success")
    return redirect(url_for("unbilled.index"))
