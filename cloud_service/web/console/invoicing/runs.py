"""Billing runs: plan, watch, compare with the period before, approve; see what was parked and why."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.domain.calendar.billing_cycle import days_over
from cloud_service.flow import billing_run as runs_flow
from cloud_service.flow.invoicing import outliers as outliers_flow
from cloud_service.flow.metering import estimate_decisions
from cloud_service.store.customers import legal_entities
from cloud_service.store.invoicing import pending_lines, run_progress
from cloud_service.store.invoicing.parked_items import WANT_OF_READINGS
from cloud_service.store.lists.billing_runs import runs
from cloud_service.store.lookups import billing_runs
from cloud_service.store.metering.estimation import estimates
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.forms import parse_day, typed_reason
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.column import Column
from common.period import Span, add_months

blueprint = Blueprint("runs", __name__)
SHARDS = 2
MOVING = ("planned", "rating", "approved", "issuing")


def _to_run(row: Any) -> str:
    return url_for("runs.show", public_id=row.public_id)


LIST = ListPage(
    name="runs",
    title=_l("Billing runs"),
    section=_l("Money"),
    noun="billing run",
    columns=(
        Column("name", _l("Run"), link=_to_run, strong=True),
        Column("shown_state", _l("State"), "state"),
        Column("since", _l("From"), "date", sortable=False),
        Column("until", _l("Until (exclusive)"), "date", sortable=False),
        Column("bill_date", _l("BILL DATE"), "date"),
        Column("total", _l("Connections"), "number", sortable=False),
        Column("issued", _l("Issued"), "number", sortable=False),
        Column("parked", _l("Parked"), "number", sortable=False),
        Column("created_by", _l("Started by"), sortable=False),
        Column("created_at", _l("Started"), "instant"),
    ),
    search=_l("Name of the run"),
    filters=(Filter("state", _l("State"), options=(("", _l("All")), *options("run_state"))),),
    order=("created_at", True),
    empty=_l("Start one: it rates every connection first, and issues nothing before you approve."),
    icon="player-play",
    template="console/runs.html",
)


@blueprint.get("/runs")
@blueprint.get("/runs.<any(csv, xlsx):form>", endpoint="file")
@access(May.BILL)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, runs(scope(), query), query, form=form)


@blueprint.get("/runs/new")
@access(May.BILL)
def new() -> str:
    """What to bill: last month unless said otherwise."""
    first = add_months(today().replace(day=1), -1)
    return render_template(
        "console/run_new.html",
        entities=legal_entities.entities(session(), scope()),
        first=first,
        until=today().replace(day=1),
        bill_date=today(),
    )


@blueprint.post("/runs")
@access(May.BILL)
def start() -> AnyResponse:
    """Plan the run and queue its rating."""
    entity = legal_entities.entity(session(), scope(), request.form.get("entity", ""))
    planned_days = Span(
        parse_day(request.form.get("from", ""), "from"), parse_day(request.form.get("until", ""), "until")
    )
    days = days_over(planned_days, today())
    run_plan = runs_flow.RunPlan(
        entity.id,
        days,
        parse_day(request.form.get("bill_date", ""), "bill_date"),
        actor(),
        dry_run=request.form.get("dry_run") == "yes",
    )
    planned = runs_flow.plan(session(), run_plan)
    runs_flow.start(session(), planned.id, "rate", shards=SHARDS, author=actor())
    session().commit()
    if days != planned_days:
        flash(
            _(
                "Not over until %(end)s: what ends by %(day)s is billed now, the rest when it is over.",
                end=planned_days.end, day=days.end,
            ),
            "warning",
        )  # fmt: skip
    return redirect(url_for("runs.show", public_id=planned.public_id))


@blueprint.get("/runs/<uuid:public_id>")
@access(May.BILL)
def show(public_id: UUID) -> str:
    """One run: progress, comparison, parked items."""
    run = billing_runs.run(session(), scope(), public_id)
    rated = run.state in ("rated", "approved", "issuing", "done")
    return render_template(
        "console/run.html",
        run=run,
        moving=run.state in MOVING,
        gaps=billing_runs.paper_gaps(session(), run.id),
        progress=run_progress.progress_of(session(), run.id),
        counts=billing_runs.run_counts(session(), run.id),
        parked=billing_runs.run_items(session(), run.id, ["parked"]),
        items=billing_runs.run_items(session(), run.id, ["rated", "issued", "waiting"]),
        pace=run_progress.pace_of(session(), run.id),
        compared=rated and run.state != "done",
        estimated=estimates.of_run(session(), run.id),
        want_of_readings=WANT_OF_READINGS,
        outliers=outliers_flow.outliers(session(), run.id) if rated and run.state != "done" else [],
        besides=pending_lines.sums_of_ended(session(), run.legal_entity_id, run.id, run.bill_date)
        if rated and run.state != "done" and not run.dry_run
        else [],
    )


@blueprint.post("/runs/<uuid:public_id>/approve")
@access(May.APPROVE)
def approve(public_id: UUID) -> AnyResponse:
    """Let it issue."""
    run = billing_runs.run(session(), scope(), public_id)
    runs_flow.approve(session(), run.id, actor())
    runs_flow.start(session(), run.id, "issue", shards=SHARDS, author=actor())
    session().commit()
    flash(_("Approved: the bills are being issued."), "success")
    return redirect(url_for("runs.show", public_id=public_id))


@blueprint.post("/runs/<uuid:public_id>/cancel")
@access(May.BILL)
def cancel(public_id: UUID) -> AnyResponse:
    """Give up what is not issued."""
    run = billing_runs.run(session(), scope(), public_id)
    runs_flow.cancel(session(), run.id, actor(), typed_reason())
    session().commit()
    flash(_("Cancelled. Its days can be billed by another run."), "success")
    return redirect(url_for("runs.show", public_id=public_id))


@blueprint.post("/runs/<uuid:public_id>/estimates")
@access(May.CONTRACT)
def confirm_estimates(public_id: UUID) -> AnyResponse:
    """A person stands for the estimates that were shown."""
    run = billing_runs.run(session(), scope(), public_id)
    of_run = {row.id for row in estimates.of_run(session(), run.id)}
    sent_ids = [int(text) for text in request.form.getlist("estimate") if text.isascii() and text.isdecimal()]
    ids = [estimate_id for estimate_id in sent_ids if estimate_id in of_run]
    count = estimate_decisions.confirm(session(), ids, author=actor(), reason=typed_reason(), now=now())
    session().commit()
    flash(ngettext("%(num)s estimate is confirmed.", "%(num)s estimates are confirmed.", count), "success")
    return redirect(url_for("runs.show", public_id=public_id))


@blueprint.post("/runs/<uuid:public_id>/let-go")
@access(May.APPROVE)
def let_go(public_id: UUID) -> AnyResponse:
    """Amounts that were held because they are far from before are right: issue them."""
    run = billing_runs.run(session(), scope(), public_id)
    count = outliers_flow.let_go(session(), run.id, actor(), typed_reason())
    runs_flow.approve(session(), run.id, actor())
    runs_flow.start(session(), run.id, "issue", shards=SHARDS, author=actor())
    session().commit()
    flash(ngettext("%(num)s bill is being issued.", "%(num)s bills are being issued.", count), "success")
    return redirect(url_for("runs.show", public_id=public_id))


@blueprint.post("/runs/<uuid:public_id>/retry")
@access(May.BILL)
def retry(public_id: UUID) -> AnyResponse:
    """Rate what was parked once more."""
    run = billing_runs.run(session(), scope(), public_id)
    count = runs_flow.retry_parked(session(), run.id, actor())
    runs_flow.start(session(), run.id, "rate", shards=SHARDS, author=actor())
    session().commit()
    flash(
        ngettext("%(num)s parked connection is rated again.", "%(num)s parked connections are rated again.", count),
        "success",
    )
    return redirect(url_for("runs.show", public_id=public_id))
