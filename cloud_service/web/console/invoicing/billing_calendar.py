"""The billing calendar of a legal entity: whether runs are planned by themselves, when, and who approves them."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.invoicing.outliers import OutlierLimits
from cloud_service.flow import billing_calendar as flow
from cloud_service.store.customers import legal_entities
from cloud_service.store.invoicing import billing_calendar as stored
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_changed
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l

blueprint = Blueprint("billing_calendar", __name__)
FIELDS = (
    Field("automatic", _l("Plan billing runs by themselves"), "tick", group=_l("When")),
    Field("since", _l("Cycles that end after"), "date", _l("Those that ended before are left to runs by hand."),
          group=_l("When")),
    Field("after_days", _l("Days after a cycle's end"), "number",
          _l("Then what has all its readings is rated."), required=True, group=_l("When")),
    Field("last_days", _l("Last day for readings"), "number",
          _l("So many days after a cycle's end; empty: as long as it takes. What comes later is billed when it comes."),
          group=_l("When readings are missing")),
    Field("incomplete", _l("On the last day"), "choice", options=options("run_incomplete"),
          group=_l("When readings are missing")),
    Field("confirm_estimates", _l("A person confirms estimates before bills are issued"), "tick",
          group=_l("When readings are missing")),
    Field(
        "approval", _l("Approval"), "choice",
        _l("By itself: an amount far from the period before is held for a person, the rest is issued."),
        options=options("run_approval"), group=_l("What is issued"),
    ),
    Field("outlier_times", _l("Far from before is"), "amount",
          _l("So many times the usual amount a day, or its inverse."),
          required=True, group=_l("What is issued")),
    Field("outlier_small", _l("Never worth a look"), "amount",
          _l("A change of less than this a month, in the bill's currency."),
          required=True, group=_l("What is issued")),
    Field("advances", _l("Issue advance bills by themselves on their days"), "tick",
          _l("Of what is agreed with connections; the amounts are those of Bills, In advance."),
          group=_l("Paid in advance")),
    REASON_BELOW,
)  # fmt: skip


@blueprint.route("/settings/entities/<uuid:entity_public_id>/calendar", methods=["GET", "POST"])
@access(May.MANAGE)
def edit(entity_public_id: UUID) -> Any:
    """What runs by itself; the worker looks every ten minutes, and makes up for days on which the machine was off."""
    entity = legal_entities.entity(session(), scope(), str(entity_public_id))
    calendar = stored.calendar_of(session(), entity.id)
    form = Form(FIELDS, asdict(calendar) | {
        "since": calendar.since or today().replace(day=1),
        "outlier_times": calendar.limits.times.normalize(), "outlier_small": calendar.limits.small.normalize(),
    })  # fmt: skip
    page = FormPage(
        _("Billing calendar of %(name)s", name=entity.name),
        (_("Settings"), url_for("settings.index")),
        _("Keep the calendar"),
    )

    def do() -> Response:
        typed = stored.BillingCalendar(
            form["automatic"], form["since"], form["after_days"], form["approval"], form["last_days"],
            form["incomplete"], form["confirm_estimates"],
            OutlierLimits(form["outlier_times"], form["outlier_small"]), form["advances"],
        )  # fmt: skip
        say_changed(flow.set_calendar(session(), entity.id, typed, author=actor(), reason=form["reason"]))
        return redirect(url_for("today.index"))

    return answer(form, page, do)
