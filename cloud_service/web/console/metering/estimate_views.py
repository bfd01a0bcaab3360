"""A gap as the page of estimates shows it: what each rule says in words and figures, and the days as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from flask import request

from cloud_service.domain.metering.estimation import rules as estimate_rules
from cloud_service.domain.metering.estimation.proposal import EstimateProposal, EstimateRule
from cloud_service.flow.metering import estimate_gaps
from cloud_service.flow.metering.estimate_gaps import RegisterGap
from cloud_service.store.lookups import metering
from cloud_service.web import charts
from cloud_service.web.database import session
from cloud_service.web.language import formatting
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.typed_numbers import typed_number
from common.errors import InputError
from common.period import Span
from common.reading import as_decimal

AROUND = timedelta(days=10)  # known days that are shown beside the gap
KNOWN, ESTIMATED = 0, 1
LABELS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class OfferedRule:
    """A rule with its figures in words; `total` in thousandths, None where a person states it."""

    rule: EstimateRule
    said: str
    total: int | None


@dataclass(frozen=True, slots=True)
class DayOfGap:
    """A local day: what is known of it and what is estimated, thousandths."""

    day: date
    known: int
    estimated: int
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class GapView:
    """A gap with its rules, the estimate that is looked at, and the days around it."""

    gap: RegisterGap
    steps: int
    offered: Sequence[OfferedRule]
    rule: EstimateRule
    estimate: EstimateProposal | None
    days: Sequence[DayOfGap]
    drawn: tuple[charts.Chart, charts.Chart]

    @property
    def key(self) -> str:
        """What its fields are called by."""
        return self.gap.key


def view_of(gap: RegisterGap) -> GapView:
    """The gap with the rule and energy that were typed, or the best rule."""
    rule = _typed_rule(gap)
    estimate = _typed_estimate(gap, rule)
    days = _days(gap, estimate)
    return GapView(
        gap=gap,
        steps=-(-gap.gap.length_ms // (gap.rules.step_s * 1000)),
        offered=[_offered(gap, proposal) for proposal in gap.offered] + _stated(gap),
        rule=rule,
        estimate=estimate,
        days=days,
        drawn=_drawn(days, gap.register.unit),
    )


def _typed_rule(gap: RegisterGap) -> EstimateRule:
    typed = request.form.get(f"rule-{gap.key}", "")
    offered = [proposal.rule for proposal in gap.offered]
    if typed in set(EstimateRule) and (typed in offered or typed == EstimateRule.STATED):
        return EstimateRule(typed)
    return offered[0] if offered else EstimateRule.STATED


def _typed_estimate(gap: RegisterGap, rule: EstimateRule) -> EstimateProposal | None:
    """What is typed, as far as it can be used: what is wrong with it is said at its field."""
    typed = request.form.get(f"total-{gap.key}", "").strip()
    try:
        return estimate_gaps.chosen(gap, rule, typed_number(typed) if typed else None)
    except InputError:
        return estimate_rules.best_of(gap.offered, rule)


def _stated(gap: RegisterGap) -> list[OfferedRule]:
    if gap.gap.known_energy is not None:
        return []
    return [OfferedRule(EstimateRule.STATED, _("You state the energy; it is shared by time alone."), None)]


def _offered(gap: RegisterGap, proposal: EstimateProposal) -> OfferedRule:
    return OfferedRule(proposal.rule, _figures_in_words(gap, proposal), proposal.total)


def _figures_in_words(gap: RegisterGap, proposal: EstimateProposal) -> str:
    figures = proposal.figures
    if figures.first is None or figures.last is None:
        return _("What the readings before and after say, shared by time alone.")
    first, last = formatting.day(figures.first), formatting.day(figures.last)
    if proposal.rule is EstimateRule.LAST_YEAR:
        return _(
            "%(first)s to %(last)s, times %(factor)s: so the weeks before the gap compare with theirs a year ago.",
            first=first, last=last, factor=formatting.number(figures.factor or Decimal(1), 3),
        )  # fmt: skip
    if proposal.rule is EstimateRule.SAME_WEEKDAYS:
        return _(
            "The mean of %(days)s days between %(first)s and %(last)s, weekday by weekday and hour by hour.",
            days=figures.days, first=first, last=last,
        )  # fmt: skip
    return _(
        "%(a_day)s %(unit)s a day, the average of %(days)s known days between %(first)s and %(last)s; by time alone.",
        a_day=formatting.kwh(figures.a_day), unit=gap.register.unit, days=figures.days, first=first, last=last,
    )  # fmt: skip


def _days(gap: RegisterGap, estimate: EstimateProposal | None) -> list[DayOfGap]:
    """The days of the gap and some known ones around it."""
    zone = gap.rules.zone
    estimated = estimate.by_day(zone) if estimate else {}
    spread = {}
    if gap.gap.known_energy is not None:
        spread = estimate_rules.stated(gap.gap, gap.rules, gap.gap.known_energy).by_day(zone)
    days = sorted(estimated or estimate_rules.stated(gap.gap, gap.rules, 0).by_day(zone))
    span = Span(days[0] - AROUND, days[-1] + AROUND)
    totals = {day.day: day.total for day in metering.days_of(session(), gap.register.id, span)}
    return [
        DayOfGap(day, totals.get(day, 0) - spread.get(day, 0), estimated.get(day, 0), days[0] <= day <= days[-1])
        for day in span
        if day in totals or days[0] <= day <= days[-1]
    ]


def _drawn(days: Sequence[DayOfGap], unit: str) -> tuple[charts.Chart, charts.Chart]:
    values = [as_decimal(day.known + day.estimated) for day in days]
    titles = [_bar_title(day, unit) for day in days]
    labels = [formatting.month(day.day, "d MMM") for day in days]
    every = -(-len(days) // LABELS_SHOWN)
    wide, narrow = charts.wide_and_narrow(labels, [values], [titles], every=every)
    return _coloured(wide, days), _coloured(narrow, days)


def _bar_title(day: DayOfGap, unit: str) -> str:
    values = {"day": formatting.day(day.day), "energy": formatting.kwh(day.known + day.estimated, 3), "unit": unit}
    return (
        _("%(day)s: %(energy)s %(unit)s, estimated", **values)
        if day.is_estimated
        else _("%(day)s: %(energy)s %(unit)s", **values)
    )


def _coloured(chart: charts.Chart, days: Sequence[DayOfGap]) -> charts.Chart:
    bars = [
        replace(bar, series=ESTIMATED if day.is_estimated else KNOWN) for bar, day in zip(chart.bars, days, strict=True)
    ]
    return replace(chart, bars=tuple(bars))
