"""Estimates for gaps of a meter, or at a connection: looked at by rule, kept by a person with a reason, withdrawn."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.metering import estimate_decisions, estimate_gaps
from cloud_service.store.lookups import customers, metering
from cloud_service.store.metering import imported_files
from cloud_service.store.metering.estimation import estimable_registers, estimates
from cloud_service.store.metering.estimation.estimable_registers import EstimableRegister
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.metering.estimate_views import GapView, view_of
from cloud_service.web.console.metering.meters import zone_of
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.labels import label
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from cloud_service.web.language.typed_numbers import typed_number
from cloud_service.web.load_profile import span_of
from common.errors import ConflictError, InputError, NotFoundError, at_field
from common.period import day_start

blueprint = Blueprint("estimates", __name__)
TEMPLATE = "console/estimates.html"
SHOWN_DAYS = 62
GAPS_SHOWN = 20
REASON = Field("reason", _l("Why"), hint=_l("Kept with the estimate and in the audit log."), required=True)
LOOK = Field("reason", REASON.label, hint=REASON.hint)
Registers = Callable[[tuple[datetime, datetime]], Sequence[EstimableRegister]]


@blueprint.route("/meters/<uuid:public_id>/estimate", methods=["GET", "POST"])
@access(May.CONTRACT)
def of_meter(public_id: UUID) -> Any:
    """The gaps of a meter's registers."""
    page = metering.meter(session(), scope(), public_id)
    name = page.meter.name
    back = (_("Meter %(name)s", name=name), url_for("meters.show", public_id=public_id))
    return _page(
        FormPage(_("Estimate the gaps of %(meter)s", meter=page.meter.serial), back, _("Keep the estimates")),
        zone_of(page),
        lambda time: estimable_registers.of_meter(session(), scope(), name, time, request.args.get("register", "")),
        meter_ids=[page.meter.id],
    )


@blueprint.route("/connections/<uuid:public_id>/estimate", methods=["GET", "POST"])
@access(May.CONTRACT)
def of_connection(public_id: UUID) -> Any:
    """The gaps of the meters at a connection's place."""
    connection = customers.connection(session(), scope(), public_id)
    number = connection.contract.number
    back = (_("Connection %(number)s", number=number), url_for("connections.show", public_id=public_id))
    return _page(
        FormPage(_("Estimate the gaps of %(number)s", number=number), back, _("Keep the estimates")),
        connection.site.timezone,
        lambda time: estimable_registers.of_contract(session(), scope(), connection.contract.id, time),
        meter_ids=[],
    )


def _page(page: FormPage, zone: str, registers_in: Registers, meter_ids: Sequence[int]) -> Any:
    span = span_of(today(), SHOWN_DAYS)
    registers = registers_in((day_start(span.start, zone), day_start(span.end, zone)))
    gaps = (gap for gap in estimate_gaps.gaps_of(session(), registers, now()) if not gap.is_told_already)
    views = [view_of(gap) for gap in islice(gaps, GAPS_SHOWN)]
    form = Form([*(field for view in views for field in _fields(view)), LOOK if "look" in request.form else REASON],
                {f"take-{view.key}": True for view in views})  # fmt: skip
    values = {
        "views": views,
        "more": len(views) == GAPS_SHOWN,
        "fields": {field.key: field for field in (*form.fields, REASON)},
        "span": span,
        "last": span.end - timedelta(days=1),
        "earlier": [row for meter in meter_ids for row in estimates.estimates(session(), scope(), meter)],
    }

    def do() -> Response | str:
        if "look" in request.form:
            return render_template(TEMPLATE, form=form, page=page, **values)
        ids = [_keep(form, view) for view in _taken(form, views)]
        flash(
            ngettext("The estimate is kept. Its days are made within a minute.",
                     "%(num)s estimates are kept. Their days are made within a minute.", len(ids)),
            "success",
        )  # fmt: skip
        return redirect(_after(page))

    return answer(form, page, do, template=TEMPLATE, **values)


def _after(page: FormPage) -> str:
    """Back to where the person came from: a billing run, or the page of the meter or connection."""
    try:
        return url_for("runs.show", public_id=UUID(request.args["run"]))
    except (KeyError, ValueError):
        return page.back[1]


def _fields(view: GapView) -> Iterator[Field]:
    rules = tuple((str(row.rule), label(row.rule, "estimate_rule")) for row in view.offered)
    yield Field(f"take-{view.key}", _("Estimate this gap"), "tick")
    yield Field(f"rule-{view.key}", _("Rule"), "choice", options=rules)
    yield Field(
        f"total-{view.key}",
        _("Energy, %(unit)s", unit=view.gap.register.unit),
        "index",
        _("Only where you know better than the rule; its shape stays."),
    )
    if view.gap.bills:
        yield Field(f"billed-{view.key}", _("Estimate these days although they are billed"), "tick")


def _taken(form: Form, views: Sequence[GapView]) -> list[GapView]:
    """The gaps that are ticked; one that is not there any more was mended meanwhile."""
    sent = {key.removeprefix("rule-") for key in request.form if key.startswith("rule-")}
    if sent - {view.key for view in views}:
        raise ConflictError(_("the gaps have changed meanwhile: please look once more"))
    taken = [view for view in views if form[f"take-{view.key}"]]
    if not taken:
        raise InputError(_("no gap is chosen"))
    return taken


def _keep(form: Form, view: GapView) -> int:
    if view.gap.bills and not form[f"billed-{view.key}"]:
        raise InputError(_("bills rest on these days"), path=f"billed-{view.key}")
    typed = form[f"total-{view.key}"]
    with at_field(f"total-{view.key}"):
        total = typed_number(typed) if typed else None
        estimate = estimate_gaps.chosen(view.gap, view.rule, total)
    return estimate_gaps.keep(session(), view.gap, estimate, author=actor(), reason=form["reason"], now=now())


@blueprint.route("/estimates/<int:estimate_id>/withdraw", methods=["GET", "POST"])
@access(May.CONTRACT)
def withdraw(estimate_id: int) -> Any:
    """Take an estimate back; the bills that rest on it are named first."""
    estimate = estimates.estimate(session(), scope(), estimate_id)
    if estimate is None:
        raise NotFoundError(_("there is no such estimate"))
    bills = imported_files.billed_since(session(), estimate_id)
    billed = Field("billed", _("Withdraw it although bills rest on it"), "tick")
    form = Form((*((billed,) if bills else ()), REASON))
    days: dict[str, Any] = {"from": estimate.start.date(), "to": estimate.end.date()}
    back = url_for("estimates.of_meter", public_id=estimate.meter_public_id, **days)
    page = FormPage(
        _("Withdraw the estimate of %(meter)s", meter=estimate.meter), (_("Estimates"), back), _("Withdraw it"),
        _("Its values stay as evidence and do not count any more; issued bills stay as they are."),
    )  # fmt: skip

    def do() -> Response:
        estimate_decisions.withdraw(
            session(), estimate_id, author=actor(), reason=form["reason"], now=now(), scope=scope(),
            although_billed=form.values.get("billed", False),
        )  # fmt: skip
        flash(_("The estimate is withdrawn. Its days are made again within a minute."), "success")
        return redirect(back)

    return answer(form, page, do, template="console/estimate_withdrawal.html", estimate=estimate, bills=bills)
