"""Reports on their days: what a company has mailed to whom, when next, and what became of the letters."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.domain.receivables.report_days import EVERY, MONTH, ReportDays
from cloud_service.flow.reports import timed_report as flow
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.delivery import timed_reports
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import REASON
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from common.errors import InputError

blueprint = Blueprint("timed_reports", __name__)
PAGE = 50
LONGEST_ID = 18  # digits
KINDS = {"open_items": _l("Open items by age"), "payments": _l("Payments"), "bills": _l("Bills")}
SPANS = {"month": _l("Each month"), "week": _l("Each week")}
WEEKDAYS = {
    "1": _l("Monday"), "2": _l("Tuesday"), "3": _l("Wednesday"), "4": _l("Thursday"), "5": _l("Friday"),
    "6": _l("Saturday"), "7": _l("Sunday"),
}  # fmt: skip
FIELDS = (
    Field("kind", _l("Report"), "choice", required=True, options=tuple(KINDS.items()),
          hint=_l("Payments and bills are those of the month, or of the seven days, before.")),
    Field("every", _l("How often"), "choice", required=True, options=tuple(SPANS.items())),
    Field("day", _l("Day of the month"), "number", _l("For each month; a shorter one has its last day."),
          required=True),
    Field("weekday", _l("Weekday"), "choice", _l("For each week."), required=True, options=tuple(WEEKDAYS.items())),
    Field("working_day", _l("Where that is a weekend or holiday, on the first working day after"), "tick"),
    Field("recipients", _l("To"), "lines", _l("One e-mail address a line; each gets a letter of its own."),
          required=True, longest=4000),
    REASON,
)  # fmt: skip


def _entity(public_id: UUID) -> LegalEntity:
    return legal_entities.entity(session(), scope(), str(public_id))


def _index(entity: LegalEntity) -> AnyResponse:
    return redirect(url_for("timed_reports.index", entity_public_id=entity.public_id))


@blueprint.get("/settings/entities/<uuid:entity_public_id>/reports")
@access(May.MANAGE)
def index(entity_public_id: UUID) -> str:
    """The reports with their next day, and the letters that went out."""
    entity, before = _entity(entity_public_id), request.args.get("before", "")
    reports = timed_reports.reports(session(), entity.id)
    letters = timed_reports.letters(
        session(),
        entity.id,
        before=int(before) if before.isdecimal() and len(before) <= LONGEST_ID else None,
        rows=PAGE,
    )
    return render_template(
        "console/timed_reports.html", entity=entity, reports=reports, letters=letters, kinds=KINDS, spans=SPANS,
        weekdays=WEEKDAYS, last_sent=timed_reports.last_sent(session(), entity.id),
        next_days={report.id: flow.next_day(session(), report, today()) for report in reports},
        more=letters[-1].id if len(letters) == PAGE else None,
    )  # fmt: skip


@blueprint.route("/settings/entities/<uuid:entity_public_id>/reports/set", methods=["GET", "POST"])
@access(May.MANAGE)
def edit(entity_public_id: UUID) -> Any:
    """A new one, or the one of that kind and span anew."""
    entity = _entity(entity_public_id)
    form = Form(FIELDS, _initial(entity))
    page = FormPage(
        _("Report on its day"),
        (_("Reports on their days"), url_for("timed_reports.index", entity_public_id=entity.public_id)),
        _("Keep it"),
        _("It is sent as a spreadsheet from 8 o'clock. One of a kind and span is kept: setting it again changes it."),
    )

    def do() -> AnyResponse:
        day = form["day"] if form["every"] == MONTH else int(form["weekday"])
        plan = flow.ReportPlan(
            form["kind"], ReportDays(form["every"], day, working_day=form["working_day"]),
            form["recipients"].replace(",", "\n").split("\n"),
        )  # fmt: skip
        changed = flow.set_report(session(), entity.id, plan, today(), author=actor(), reason=form["reason"])
        flash(_("The report is sent on its days.") if changed else _("Nothing was changed."), "success")
        return _index(entity)

    return answer(form, page, do)


def _initial(entity: LegalEntity) -> dict[str, Any]:
    """What is kept of the one that the address names; else the first of each month."""
    kind_and_rhythm = (request.args.get("kind"), request.args.get("every"))
    for report in timed_reports.reports(session(), entity.id):
        if (report.kind, report.every) == kind_and_rhythm:
            monthly = report.every == MONTH
            return {
                "kind": report.kind, "every": report.every, "day": report.day if monthly else 1,
                "weekday": "1" if monthly else str(report.day), "working_day": report.working_day,
                "recipients": "\n".join(report.recipients),
            }  # fmt: skip
    return {"kind": "open_items", "every": MONTH, "day": 1, "weekday": "1", "working_day": True}


def _named() -> tuple[str, str]:
    kind, every = request.form.get("kind", ""), request.form.get("every", "")
    if kind not in KINDS or every not in EVERY:
        raise InputError(_("which report?"), path="kind")
    return kind, every


@blueprint.post("/settings/entities/<uuid:entity_public_id>/reports/send")
@access(May.MANAGE)
def send(entity_public_id: UUID) -> AnyResponse:
    """Now, whatever its day."""
    entity, kind_and_rhythm = _entity(entity_public_id), _named()
    sent = flow.send_now(session(), entity.id, *kind_and_rhythm, today(), author=actor())
    session().commit()
    flash(ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", sent), "success")
    return _index(entity)


@blueprint.post("/settings/entities/<uuid:entity_public_id>/reports/remove")
@access(May.MANAGE)
def remove(entity_public_id: UUID) -> AnyResponse:
    """No more of it; its letters stay listed."""
    entity, kind_and_rhythm = _entity(entity_public_id), _named()
    flow.remove_report(session(), entity.id, *kind_and_rhythm, author=actor())
    session().commit()
    flash(_("The report is sent no more."), "success")
    return _index(entity)
