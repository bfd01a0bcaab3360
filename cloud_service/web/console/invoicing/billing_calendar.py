"""The billing calendar of a legal entity: whether runs are planned by themselves, when, and who approves them."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import billing_calendar as flow
from cloud_service.store.customers import legal_entities
from cloud_service.store.invoicing import billing_calendar as stored
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import REASON
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_changed
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l

blueprint = Blueprint("billing_calendar", __name__)
FIELDS = (
    Field("automatic", _l("Plan billing runs by themselves"), "tick"),
    Field("since", _l("Cycles that end after"), "date", _l("Those that ended before are left to runs by hand.")),
    Field("after_days", _l("Days after a cycle's end"), "number", _l("For readings that come late."), required=True),
    Field(
        "approval", _l("Approval"), "choice",
        _l("By itself: a run with an amount far from the period before still waits for a person."),
        options=options("run_approval"),
    ),
    REASON,
)  # fmt: skip


@blueprint.route("/settings/entities/<uuid:entity_public_id>/calendar", methods=["GET", "POST"])
@access(May.MANAGE)
def edit(entity_public_id: UUID) -> Any:
    """What runs by itself; the worker looks every ten minutes, and makes up for days on which the machine was off."""
    entity = legal_entities.entity(session(), scope(), str(entity_public_id))
    calendar = stored.calendar_of(session(), entity.id)
    form = Form(FIELDS, asdict(calendar) | {"since": calendar.since or today().replace(day=1)})
    page = FormPage(
        _("Billing calendar of %(name)s", name=entity.name),
        (_("Settings"), url_for("settings.index")),
        _("Keep the calendar"),
    )

    def do() -> Response:
        typed = stored.BillingCalendar(form["automatic"], form["since"], form["after_days"], form["approval"])
        say_changed(flow.set_calendar(session(), entity.id, typed, author=actor(), reason=form["reason"]))
        return redirect(url_for("today.index"))

    return answer(form, page, do)
