"""Manage data readings: energy of a span by site, client, meter or utility, with chart, comparison, gaps and losses."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from cloud_service.domain.metering.energy.feeding import LOSSES_MAX, SURPLUS_MAX
from cloud_service.domain.metering.energy.figures import WHOLE
from cloud_service.domain.metering.energy.grouping import GroupBy
from cloud_service.domain.metering.energy.lines import energy_line
from cloud_service.domain.metering.energy.report import EnergyRow
from cloud_service.domain.metering.energy.spans import span_after
from cloud_service.flow.metering.energy_report import EnergyReport, energy_report
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import Site
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.metering import energy_chart
from cloud_service.web.console.metering.energy_columns import energy_columns
from cloud_service.web.console.metering.energy_question import (
    GROUP_LABELS,
    PAGE_ROWS,
    QUALITY_LABELS,
    SPAN_LABELS,
    chosen_rows,
    energy_address,
)
from cloud_service.web.database import session
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.lists.address import here
from cloud_service.web.lists.files import rows_file
from cloud_service.web.load_profile import DAYS_MAX
from common.period import Span

blueprint = Blueprint("energy", __name__)
ONE_DAY = timedelta(days=1)


@blueprint.get("/meters/energy")
@access(May.READ)
def index() -> str:
    """The table of the span that the address asks for, its chart above."""
    address = energy_address(today())
    report = energy_report(session(), scope(), address.question, now())
    rows = chosen_rows(report.rows, address)
    steps = energy_chart.chart_steps(report)
    pages = max(-(-len(rows) // PAGE_ROWS), 1)
    page = min(address.page, pages)
    return render_template(
        "console/energy.html",
        address=address,
        report=report,
        rows=rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        count=len(rows),
        page=page,
        pages=pages,
        drawn=next((row for row in report.sums if row.measure == report.charted), None),
        steps=steps,
        charts=energy_chart.wide_and_narrow(steps),
        one_unit=_one_unit(report),
        with_losses=any(row.balance for row in report.rows),
        next_of=next_address,
        gaps_of=gaps_address,
        earlier=_moved(report.spans.before),
        later=_moved(span_after(report.spans.span)),
        sites=readable_sites(),
        utilities=options("utility"),
        groups=GROUP_LABELS,
        span_names=SPAN_LABELS,
        qualities=QUALITY_LABELS,
        limits={"losses": LOSSES_MAX, "surplus": SURPLUS_MAX, "whole": WHOLE * 100},
    )


@blueprint.get("/meters/energy.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def energy_file(form: str) -> Response:
    """The same rows as a file."""
    address = energy_address(today())
    report = energy_report(session(), scope(), address.question, now())
    lines = [energy_line(row) for row in chosen_rows(report.rows, address)]
    span = report.spans.span
    name = f"energy-{address.question.by}-{span.start}-{span.end - ONE_DAY}"
    return rows_file(name, str(_("Energy")), energy_columns(report), lines, form)


def _one_unit(report: EnergyReport) -> str:
    """The unit of all rows, which then stands in the head; empty where there are several."""
    units = {row.measure.unit for row in report.rows}
    return units.pop() if len(units) == 1 else ""


def next_address(row: EnergyRow, by: GroupBy) -> str:
    """Where a row leads on: a site and a client to their meters, a utility to its sites, a meter to its page."""
    if by == GroupBy.METER:
        span = energy_address(today()).question.span
        last = span.end - ONE_DAY
        days: dict[str, Any] = {"from": max(span.start, last - timedelta(days=DAYS_MAX)), "to": last}
        return url_for("meters.show", public_id=row.group.id, **days)
    if by == GroupBy.UTILITY:
        return here(by=GroupBy.SITE, utility=row.group.id, sort=None, q=None)
    return here(by=GroupBy.METER, sort=None, q=None, **{by.value: row.group.id}) if row.group.id else ""


def gaps_address(row: EnergyRow, by: GroupBy) -> str:
    """The list of the gaps of a row."""
    return here(url_for("energy_gaps.index"), sort=None, q=None, **{by.value: row.group.id} if row.group.id else {})


def _moved(span: Span) -> str:
    """The address of the same for other days."""
    return here(span=None, **{"from": span.start, "to": span.end - ONE_DAY})


def readable_sites() -> list[Site]:
    """The sites that the reader may choose from, by company and name."""
    entities = legal_entities.entities(session(), scope())
    return [site for entity in entities for site in legal_entities.sites(session(), entity.id)]
