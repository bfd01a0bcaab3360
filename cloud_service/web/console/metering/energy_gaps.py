"""Gaps in what meters counted: from when to when, why, and where to fill them."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, render_template

from cloud_service.domain.metering.energy.gap_causes import ExplainedGap
from cloud_service.domain.metering.energy.grouping import GroupBy
from cloud_service.domain.metering.energy.windows import RegisterWindow
from cloud_service.flow.metering.energy_gaps import energy_gaps
from cloud_service.flow.metering.energy_report import EnergyReport, energy_report
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.metering.energy import readable_sites
from cloud_service.web.console.metering.energy_question import SPAN_LABELS, energy_address
from cloud_service.web.database import session
from cloud_service.web.language.labels import options
from cloud_service.web.load_profile import DAYS_MAX
from common.period import local_day

WAITING = ("waiting", "not_due", "on_the_gateway")  # causes that pass by themselves
blueprint = Blueprint("energy_gaps", __name__)


@blueprint.get("/meters/energy/gaps")
@access(May.READ)
def index() -> str:
    """The gaps of the span and places that the address asks for."""
    address = energy_address(today(), by=GroupBy.METER)
    report = energy_report(session(), scope(), address.question, now())
    listed = energy_gaps(session(), _windows_with_gaps(report), now())
    return render_template(
        "console/energy_gaps.html",
        address=address,
        gaps=[gap_row(gap) for gap in listed.gaps],
        count=listed.count,
        only=report.only,
        sites=readable_sites(),
        utilities=options("utility"),
        groups={},
        span_names=SPAN_LABELS,
        qualities={},
    )


@dataclass(frozen=True, slots=True)
class GapRow:
    """A gap with its days by the site's calendar, and whether somebody has to do something."""

    gap: ExplainedGap
    first_day: date
    last_day: date
    is_open: bool


def gap_row(gap: ExplainedGap) -> GapRow:
    """The row of a gap; one that ends at midnight ends with the day before."""
    zone, run = gap.window.register.timezone, gap.run
    last_day = local_day(run.after - timedelta(microseconds=1), zone)
    first_day = max(local_day(run.first, zone), last_day - timedelta(days=DAYS_MAX))
    return GapRow(gap, first_day, last_day, gap.cause not in WAITING)


def _windows_with_gaps(report: EnergyReport) -> list[RegisterWindow]:
    return [member.placement.window for row in report.rows for member in row.members if member.energy.missing_s]
