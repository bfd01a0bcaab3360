"""Gaps in what meters counted: from when to when, why, and where to fill them."""

from flask import Blueprint, render_template

from cloud_service.domain.metering.energy.grouping import GroupBy
from cloud_service.domain.metering.energy.windows import RegisterWindow
from cloud_service.flow.metering.energy_gaps import GAPS_MAX, energy_gaps
from cloud_service.flow.metering.energy_report import EnergyReport, energy_report
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.metering.energy import readable_sites
from cloud_service.web.console.metering.energy_question import SPAN_LABELS, energy_address
from cloud_service.web.database import session
from cloud_service.web.language.labels import options

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
        listed=listed,
        most=GAPS_MAX,
        sites=readable_sites(),
        utilities=options("utility"),
        groups={},
        span_names=SPAN_LABELS,
        qualities={},
    )


def _windows_with_gaps(report: EnergyReport) -> list[RegisterWindow]:
    return [member.placement.window for row in report.rows for member in row.members if member.energy.missing_s]
