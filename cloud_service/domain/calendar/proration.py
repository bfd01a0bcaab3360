"""How much of a billing cycle some days are. Additive: the parts of a cycle always sum to one."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from common.period import Span, add_months

Prorate = Literal["actual_days", "30_day_months", "none"]
NINTH = Decimal("0.000000001")
DAYS_OF_A_MONTH = 30


# `months` and `anchor` are for billing cycles longer than a month
def cycle_start(day: date, cycle_day: int, months: int = 1, anchor: date | None = None) -> date:
    """First day of the billing cycle `day` lies in. Cycles longer than a month count from `anchor`'s month."""
    start = _cycle_day_in(day.year * 12 + day.month - 1, cycle_day)
    if start > day:
        start = _cycle_day_in(day.year * 12 + day.month - 2, cycle_day)
    if months > 1:
        base = anchor or start
        over = ((start.year - base.year) * 12 + start.month - base.month) % months
        start = _cycle_day_in(start.year * 12 + start.month - 1 - over, cycle_day)
    return start


def _cycle_day_in(index: int, cycle_day: int) -> date:
    year, month = divmod(index, 12)
    return add_months(date(year, month + 1, 1), 0, cycle_day)


def next_cycle(start: date, cycle_day: int, months: int = 1) -> date:
    """First day of the cycle after the one that starts on `start`."""
    return add_months(start, months, cycle_day)


@lru_cache(maxsize=4096)
def cycles(start: date, end: date, cycle_day: int = 1) -> tuple[Span, ...]:
    """The days `[start, end)` cut at the starts of the monthly billing cycles."""
    spans = []
    while start < end:
        cut = min(next_cycle(cycle_start(start, cycle_day), cycle_day), end)
        spans.append(Span(start, cut))
        start = cut
    return tuple(spans)


@lru_cache(maxsize=16384)
def months_of(
    start: date, end: date, cycle_day: int = 1, rule: Prorate = "actual_days", billed_from: date | None = None
) -> Decimal:
    """How many billing months `[start, end)` are, to the ninth decimal.

    `actual_days`: days over the days of their cycle. `30_day_months`: days over 30, a whole cycle is 1. `none`: a
    started cycle counts in full, in the part that holds its first billed day (`billed_from` is where billing began).
    """
    total = Decimal(0)
    for days_of_cycle in cycles(start, end, cycle_day):
        first = cycle_start(days_of_cycle.start, cycle_day)
        last = next_cycle(first, cycle_day)
        if rule == "none":
            total += 1 if days_of_cycle.start == max(first, billed_from or days_of_cycle.start) else 0
        elif (days_of_cycle.start, days_of_cycle.end) == (first, last):
            total += 1
        else:
            days_of_month = (last - first).days if rule == "actual_days" else DAYS_OF_A_MONTH
            total += (Decimal(days_of_cycle.days) / days_of_month).quantize(NINTH, ROUND_HALF_UP)
    return total


def days_30(start: date, end: date) -> int:
    """Days between two dates when every month has 30 (the 30E/360 count)."""
    first, last = min(start.day, DAYS_OF_A_MONTH), min(end.day, DAYS_OF_A_MONTH)
    return (end.year - start.year) * 360 + (end.month - start.month) * DAYS_OF_A_MONTH + last - first


def split_total(value: int, span: Span, days: Span, rule: Prorate) -> int:
    """The part of a total that falls on some of its days; the parts of any cut sum to the total exactly.

    `actual_days` and `30_day_months` share by days; `none` gives all of it to the part with the first day.
    """
    if rule == "none":
        return value if days.start == span.start else 0
    return _up_to(value, span, days.end, rule) - _up_to(value, span, days.start, rule)


def _up_to(value: int, span: Span, day: date, rule: Prorate) -> int:
    if day >= span.end:
        return value
    if rule == "actual_days":
        done, days = (day - span.start).days, span.days
    else:
        done, days = days_30(span.start, day), days_30(span.start, span.end)
    return int((Decimal(value) * done / days).to_integral_value(ROUND_HALF_UP)) if days else 0


def billed_cycles(start: date, end: date | None, target: date, cycle_day: int, months: int = 1) -> Decimal:
    """How many billing cycles of `months` months a charge in advance has been billed for by `target`.

    From `start` to the first cycle day is a part of the cycle before it, whole cycles follow up to the one that
    `target` lies in, and an `end` inside a cycle makes the last one a part. Each part is rounded to the ninth decimal.
    """
    first = _first_cycle_day(start, cycle_day, months)
    total = Decimal(0)
    if start < first:
        stop = first if end is None else min(first, end)
        total += _share_of_cycle(stop - start, first - add_months(first, -months))
    day = first
    while day <= target and (end is None or day < end):
        after = add_months(day, months, cycle_day)
        total += 1 if end is None or after <= end else _share_of_cycle(end - day, after - day)
        day = after
    return total.quantize(NINTH)


def _first_cycle_day(start: date, cycle_day: int, months: int) -> date:
    """The cycle day of the start's month, or if that has passed, of the cycle after it."""
    day = add_months(start.replace(day=1), 0, cycle_day)
    return day if day >= start else add_months(start.replace(day=1), months, cycle_day)


def _share_of_cycle(days: timedelta, cycle: timedelta) -> Decimal:
    return (Decimal(days.days) / cycle.days).quantize(NINTH, ROUND_HALF_UP)
