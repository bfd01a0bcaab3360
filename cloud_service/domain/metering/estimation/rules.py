"""The rules by which the energy of a gap is told, the best for it first. None makes up what nothing is known of."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from cloud_service.domain.metering.estimation import shares
from cloud_service.domain.metering.estimation.gap import ReadingGap
from cloud_service.domain.metering.estimation.proposal import EstimateFigures, EstimateProposal, EstimateRule
from cloud_service.domain.metering.estimation.reference_days import DAY_S, ReferenceDay, on_step, total_of
from cloud_service.domain.metering.vee.series import RegisterRules
from common.period import local_day
from common.reading import Kind

AROUND = timedelta(days=28)
YEAR = timedelta(weeks=52)  # so that a weekday meets the same weekday
RECENT_DAYS_MIN = 7  # to say how a year changed
LOOK_BACK = timedelta(days=120)
WEEKEND = 5
SECOND_MS, DAY_MS = 1000, DAY_S * 1000
THOUSANDTH = Decimal("0.001")


def proposals(gap: ReadingGap, rules: RegisterRules, known_days: Sequence[ReferenceDay]) -> list[EstimateProposal]:
    """What can be said of a gap, the best rule first; nothing where nothing is known.

    `known_days` are days of the register of which every step has a value and none is an estimate by such a rule.
    """
    if rules.kind == Kind.INDEX and not gap.is_anchored:
        return []
    estimator = _GapEstimator(gap, rules, known_days)
    candidates = [estimator.last_year(), estimator.same_weekdays(), estimator.daily_average()]
    if gap.known_energy is not None or estimator.lies_between_known_days:
        candidates[:2] = candidates[1::-1]
    offered = [proposal for proposal in candidates if proposal is not None]
    if gap.known_energy is not None:
        offered = [p for p in offered if p.rule is not EstimateRule.DAILY_AVERAGE] + [
            estimator.evenly(gap.known_energy)
        ]
    elif gap.before is None and gap.after is not None:
        offered = [proposal for proposal in offered if proposal.total <= (gap.after or 0)]
    return offered


def stated(gap: ReadingGap, rules: RegisterRules, total: int) -> EstimateProposal:
    """What a person states, by time alone."""
    return _GapEstimator(gap, rules, ()).evenly(total, EstimateRule.STATED)


class _GapEstimator:
    """One gap with what is known around it."""

    def __init__(self, gap: ReadingGap, rules: RegisterRules, known_days: Sequence[ReferenceDay]) -> None:
        self.gap, self.rules, self.zone = gap, rules, rules.zone
        self.first = local_day(_instant(gap.start_ms), self.zone)
        self.last = local_day(_instant(gap.end_ms - 1), self.zone)
        self.known_days = {day.day: day for day in known_days if not self.first <= day.day <= self.last}
        self.measured = {day.day: day for day in on_step(self.known_days.values(), rules.step_s, self.zone)}

    @property
    def days(self) -> list[date]:
        """The local days that the gap touches."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def lies_between_known_days(self) -> bool:
        """Whether days are known soon before and soon after it."""
        return any(self.first - AROUND <= day < self.first for day in self.known_days) and any(
            self.last < day <= self.last + AROUND for day in self.known_days
        )

    def same_weekdays(self) -> EstimateProposal | None:
        """The mean of the same weekdays of the weeks around; working days and weekends where a weekday is not there."""
        around = [day for at, day in self.measured.items() if self.first - AROUND <= at <= self.last + AROUND]
        for kind_of in (_weekday, _is_weekend):
            alike: dict[int, list[ReferenceDay]] = {}
            for day in around:
                alike.setdefault(kind_of(day.day), []).append(day)
            if all(kind_of(day) in alike for day in self.days):
                needed = {kind_of(day): alike[kind_of(day)] for day in self.days}
                return self._by_profile(needed, kind_of)
        return None

    def _by_profile(
        self, alike: Mapping[int, Sequence[ReferenceDay]], kind_of: Callable[[date], int]
    ) -> EstimateProposal:
        common = math.lcm(*(len(days) for days in alike.values()))
        profiles = {
            kind: [value * (common // len(days)) for value in sum(day.values for day in days).tolist()]  # type: ignore[union-attr]
            for kind, days in alike.items()
        }
        used = [day for days in alike.values() for day in days]
        return self._shaped(
            EstimateRule.SAME_WEEKDAYS,
            lambda day, minute: profiles[kind_of(day)][minute * 60 // self.rules.step_s],
            common * self.rules.step_s * SECOND_MS,
            _figures(used),
        )

    def last_year(self) -> EstimateProposal | None:
        """The same weekdays a year ago, times how the weeks before the gap compare with theirs a year ago."""
        then = [day - YEAR for day in self.days]
        recent = [day for day in sorted(self.known_days, reverse=True) if self.first - LOOK_BACK <= day < self.first]
        pairs = [day for day in recent if day - YEAR in self.known_days][: AROUND.days]
        now, year_ago = (total_of([self.known_days[day - ago] for day in pairs]) for ago in (timedelta(0), YEAR))
        if not all(day in self.known_days for day in then) or len(pairs) < RECENT_DAYS_MIN or not year_ago:
            return None
        figures = _figures([self.known_days[day] for day in then])
        figures = EstimateFigures(
            figures.days, figures.first, figures.last, figures.a_day, (Decimal(now) / year_ago).quantize(THOUSANDTH)
        )
        by_step = all(day in self.measured for day in then)
        step_s, days = (self.rules.step_s, self.measured) if by_step else (DAY_S, self.known_days)
        profiles = {day: (days[day - YEAR].values if by_step else [days[day - YEAR].total]) for day in self.days}
        return self._shaped(
            EstimateRule.LAST_YEAR,
            lambda day, minute: int(profiles[day][minute * 60 // step_s]) * now,
            year_ago * step_s * SECOND_MS,
            figures,
            by_step=by_step,
        )

    def daily_average(self) -> EstimateProposal | None:
        """The average of the last known days before the gap, else of the first ones after it; by time alone."""
        before = [
            d for at, d in sorted(self.known_days.items(), reverse=True) if self.first - LOOK_BACK <= at < self.first
        ]
        after = [day for at, day in sorted(self.known_days.items()) if self.last < at <= self.last + LOOK_BACK]
        used = (before or after)[: AROUND.days]
        if not used:
            return None
        total = _rounded(total_of(used) * self.gap.length_ms, len(used) * DAY_MS)
        return self._even(EstimateRule.DAILY_AVERAGE, total, _figures(used))

    def evenly(self, total: int, rule: EstimateRule = EstimateRule.EVENLY) -> EstimateProposal:
        """A total by time alone."""
        return self._even(rule, total, EstimateFigures())

    def _even(self, rule: EstimateRule, total: int, figures: EstimateFigures) -> EstimateProposal:
        instants = self._instants(by_step=False)
        return EstimateProposal(rule, self.gap, instants, shares.shared(total, shares.even_weights(instants)), figures)

    def _shaped(
        self,
        rule: EstimateRule,
        weight: shares.StepWeight,
        unit: int,
        figures: EstimateFigures,
        *,
        by_step: bool = True,
    ) -> EstimateProposal:
        """The energy that the weights come to, or the known one, shared by them; `unit` is what a thousandth weighs."""
        instants = self._instants(by_step=by_step)
        weights = shares.weights_of(instants, self.zone, weight)
        whole = sum(weights)
        total = self.gap.known_energy if self.gap.known_energy is not None else _rounded(whole, unit)
        return EstimateProposal(
            rule, self.gap, instants, shares.shared(total, weights if whole else shares.even_weights(instants)), figures
        )

    def _instants(self, *, by_step: bool) -> list[int]:
        """Steps where their shape is known, and for a register of intervals; else days."""
        if by_step or self.rules.kind == Kind.INTERVAL:
            return shares.step_instants(self.gap, self.rules.step_s, self.zone)
        return shares.day_instants(self.gap, self.zone)


def _figures(days: Sequence[ReferenceDay]) -> EstimateFigures:
    ordered = sorted(day.day for day in days)
    return EstimateFigures(len(days), ordered[0], ordered[-1], _rounded(total_of(days), len(days)))


def _rounded(value: int, divisor: int) -> int:
    """A quotient to the nearest whole number."""
    return (2 * value + divisor) // (2 * divisor)


def _weekday(day: date) -> int:
    return day.weekday()


def _is_weekend(day: date) -> int:
    return int(day.weekday() >= WEEKEND)


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // SECOND_MS, UTC)


def best_of(offered: Sequence[EstimateProposal], rule: EstimateRule | None = None) -> EstimateProposal | None:
    """The proposal of a rule, or the first one; None where there is none."""
    return next(_of_rule(offered, rule), None)


def _of_rule(offered: Sequence[EstimateProposal], rule: EstimateRule | None) -> Iterator[EstimateProposal]:
    return (proposal for proposal in offered if rule is None or proposal.rule is rule)
