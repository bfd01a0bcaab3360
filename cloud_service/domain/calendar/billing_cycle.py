"""Billing cycles: which days of a contract fall due for billing when a stretch of time has ended."""

from datetime import date, timedelta

from cloud_service.domain.calendar.proration import cycle_start, next_cycle
from common.errors import InputError
from common.period import Span

MONTHS_MAX = 24
NAMES = {1: "monthly", 2: "bimonthly", 3: "quarterly", 6: "half_yearly", 12: "yearly"}
MONTHS = {NAMES.get(months, f"{months}_months"): months for months in range(1, MONTHS_MAX + 1)}
ONCE = "once"  # one bill when the contract ends
ANCHOR_YEAR = 2000  # longer cycles are aligned to a month of it, January unless said otherwise
CYCLES = (*MONTHS, ONCE)
CYCLES_HINT = f"{', '.join(NAMES.values())}, 4_months to {MONTHS_MAX}_months, or {ONCE}"


def earliest_start(until: date) -> date:
    """No cycle that ends by `until` began earlier than this, save those billed once."""
    return until - timedelta(days=366 * (MONTHS_MAX // 12 + 1))


def days_over(window: Span, today: date) -> Span:
    """The window up to today: a cycle that ends later is not read to its end, and is billed when it is over."""
    if window.start >= today:
        raise InputError(
            f"these days begin on {window.start}, and today is {today}: nothing of them is over",
            path="until",
            hint=f"what ends by {today} can be billed",
        )
    return Span(window.start, min(window.end, today))


def cycles_due(
    cycle: str, day: int, start: date, end: date | None, window: Span, *, month: int = 1, year: int = ANCHOR_YEAR
) -> list[Span]:
    """The cycles of a contract `[start, end)` that end within the window (after its start, up to its end).

    The first and last are cut to the contract; a contract that ends within the window gets its final bill. A cycle of
    several months begins in `month` (of `year`, which tells where it does not divide a year) and every so many months
    after and before.
    """
    if cycle == ONCE:
        return [Span(start, end)] if end is not None and window.start < end <= window.end else []
    if cycle not in MONTHS:
        raise InputError(f"{cycle!r} is no billing cycle", path="billing_cycle", hint=CYCLES_HINT)
    months = MONTHS[cycle]
    ended = []
    first = cycle_start(max(start, earliest_start(window.start)), day, months, date(year, month, 1))
    while first < window.end and (end is None or first < end):
        last = next_cycle(first, day, months)
        billed_from, billed_until = max(first, start), min(last, end or last)
        if window.start < billed_until <= window.end and billed_from < billed_until:
            ended.append(Span(billed_from, billed_until))
        first = last
    return ended
