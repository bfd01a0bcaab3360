"""The columns of the energy table as a file: the days of each span in the heads, numbers as numbers."""

from cloud_service.domain.metering.energy.grouping import GroupBy
from cloud_service.flow.metering.energy_report import EnergyReport
from cloud_service.web.console.metering.energy_question import GROUP_LABELS
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.lists.column import Column
from common.period import Span


def energy_columns(report: EnergyReport) -> tuple[Column, ...]:
    """What the file says of each row."""
    by, spans = report.question.by, report.spans
    units = {row.measure.unit for row in report.rows}
    unit = f" {units.pop()}" if len(units) == 1 else ""
    columns = [] if by == GroupBy.UTILITY else [Column("name", str(GROUP_LABELS[by]))]
    if by == GroupBy.METER:
        columns += [Column("tenant", _("TENANT NAME")), Column("place", _("Service point")), Column("site", _("Site"))]
    columns += [
        Column("utility", _("Utility"), "utility"), Column("direction", _("Direction"), "direction"),
        Column("unit", _("Unit")), Column("meters", _("Meters"), "number"),
        Column("energy", _("ENERGY%(unit)s, %(days)s", unit=unit, days=days_text(spans.span)), "decimal"),
        *_comparison("before", unit, spans.before),
    ]  # fmt: skip
    if spans.year_before:
        columns += _comparison("year_before", unit, spans.year_before)
    return (
        *columns,
        Column("complete", _("Complete %"), "decimal"),
        Column("bridged", _("Between two indexes %"), "decimal"),
        Column("estimated", _("Estimated %"), "decimal"),
        Column("missing_hours", _("Missing, meter hours"), "decimal"),
        Column("gaps", _("Gaps"), "number"),
        Column("supplied", _("Main meter%(unit)s", unit=unit), "decimal"),
        Column("losses", _("Losses%(unit)s", unit=unit), "decimal"),
        Column("losses_percent", _("Losses %"), "decimal"),
    )


def _comparison(key: str, unit: str, span: Span) -> list[Column]:
    days = days_text(span)
    return [
        Column(key, _("ENERGY%(unit)s, %(days)s", unit=unit, days=days), "decimal"),
        Column(f"{key}_difference", _("Change%(unit)s on %(days)s", unit=unit, days=days), "decimal"),
        Column(f"{key}_percent", _("Change %% on %(days)s", days=days), "decimal"),
    ]


def days_text(span: Span) -> str:
    """The first and the last day."""
    last = list(span)[-1]
    return span.start.isoformat() if span.days == 1 else f"{span.start} – {last}"
