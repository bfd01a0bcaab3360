"""An advance plan: how much is billed in advance, how often, and which of its periods are due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cloud_service.domain.calendar.proration import cycle_start, next_cycle
from cloud_service.domain.money import round_money
from common.errors import InputError
from common.period import Span

BEFORE, AFTER = "before", "after"
TIMINGS = (BEFORE, AFTER)
MONTHS = (1, 2, 3)
DAY_MAX = 28


@dataclass(frozen=True, slots=True)
class AdvanceTerms:
    """What is agreed: an amount a period, with all taxes, billed at its beginning or at its end."""

    amount: Decimal  # currency of the account
    every_months: int = 1
    day: int = 1  # of the month, on which periods begin
    timing: str = BEFORE

    def check(self, currency: str) -> None:
        """Refuse what cannot be billed."""
        if self.amount <= 0 or self.amount != round_money(self.amount, currency):
            raise InputError(
                f"{self.amount:f} is no amount that can be billed in {currency}",
                path="amount", hint="more than nothing, to its smallest unit; end the plan where nothing is to be paid",
            )  # fmt: skip
        if self.every_months not in MONTHS:
            raise InputError(f"every {self.every_months} months is no period", path="every", hint="1, 2 or 3 months")
        if not 1 <= self.day <= DAY_MAX:
            raise InputError(f"{self.day} is no day that each month has", path="day", hint=f"1 to {DAY_MAX}")
        if self.timing not in TIMINGS:
            raise InputError(f"{self.timing!r} is no time to bill", path="timing", hint=" or ".join(TIMINGS))


@dataclass(frozen=True, slots=True)
class AdvancePeriod:
    """Days that one advance is for, and its amount with taxes: of a cut period, by its days."""

    span: Span
    amount: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class PlanDays:
    """The days of a plan: `since` it was agreed, and from when until when the contract lets it bill."""

    since: date  # whole periods count from its month
    start: date
    end: date | None  # the day after the last; None while it lasts


def periods(terms: AdvanceTerms, plan: PlanDays, window: Span, currency: str) -> Iterator[AdvancePeriod]:
    """The periods of a plan that have days in a window; the first and the last one are cut to the plan's days."""
    first = cycle_start(max(plan.start, window.start), terms.day, terms.every_months, plan.since)
    while first < window.end:
        last = next_cycle(first, terms.day, terms.every_months)
        start, end = max(first, plan.start), min(last, plan.end or last)
        if start < end:
            yield _period(terms, Span(start, end), Span(first, last), currency)
        first = last


def _period(terms: AdvanceTerms, span: Span, whole: Span, currency: str) -> AdvancePeriod:
    if span == whole:
        return AdvancePeriod(span, terms.amount, f"{terms.amount:f} {currency} a period, with taxes")
    amount = round_money(terms.amount * span.days / whole.days, currency)
    return AdvancePeriod(span, amount, f"{span.days} of {whole.days} days of {terms.amount:f} {currency}, with taxes")


def due_periods(
    terms: AdvanceTerms, plan: PlanDays, window: Span, currency: str, taken: Sequence[Span]
) -> list[AdvancePeriod]:
    """Those that fall due within a window (its end is the day after the last on which they may).

    A period of which a day is `taken` (billed, in advance or as used, or left unbilled on purpose) is passed by.
    """
    return [
        period
        for period in periods(terms, plan, window, currency)
        if (period.span.start if terms.timing == BEFORE else period.span.end) < window.end
        and period.amount > 0
        and not any(period.span.overlap(span) for span in taken)
    ]
