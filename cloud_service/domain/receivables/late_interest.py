"""Interest on money that is overdue: spans of days, cut where payments, base rates or the rules themselves change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.dunning import BaseRate, InterestRule
from common.errors import InputError
from common.period import add_months

HUNDRED = Decimal(100)
ONE_DAY = timedelta(days=1)
YEAR_DAYS = {"365": 365, "360": 360}  # "actual" counts those of the day's own year


@dataclass(frozen=True, slots=True)
class OverdueSpan:
    """Days `[start, end)` in which an amount, in the invoice's currency, was overdue."""

    start: date
    end: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class InterestLine:
    """Interest on one span at a yearly percentage, in the invoice's currency, with its arithmetic in words."""

    span: OverdueSpan
    percent: Decimal
    amount_unrounded: Decimal
    why: str


def overdue_spans(
    due_date: date, total: Decimal, settlements: Sequence[tuple[date, Decimal]], until: date
) -> list[OverdueSpan]:
    """What of `total` was open after the due date, cut where payments changed it; `until` is exclusive.

    `settlements` are (day, amount), negative where money was taken back; money counts from its day on,
    so the day on which the rest is paid is not overdue any more.
    """
    spans = []
    day, left = due_date + timedelta(days=1), total
    for paid_on, amount in sorted(settlements):
        if paid_on > day and left > 0:
            spans.append(OverdueSpan(day, min(paid_on, until), left))
        day, left = max(day, paid_on), left - amount
    if left > 0 and day < until:
        spans.append(OverdueSpan(day, until, left))
    return [span for span in spans if span.start < span.end]


def between(spans: Sequence[OverdueSpan], start: date | None, end: date | None = None) -> list[OverdueSpan]:
    """The parts of the spans in `[start, end)`; open where a side is None."""
    first, last = start or date.min, end or date.max
    cut = [replace(span, start=max(span.start, first), end=min(span.end, last)) for span in spans]
    return [span for span in cut if span.start < span.end]


def interest(rule: InterestRule, kind: str, spans: Sequence[OverdueSpan]) -> list[InterestLine]:
    """Interest by the rule for a kind of client (company, or a person), cut where the base rate changes; not rounded.

    InputError with the code `no_base_rate` for a day whose base rate nobody has entered. In Germany five (persons) or
    nine points above the base rate: BGB §§ 247, 288.
    """
    percent = rule.company if kind == "company" else rule.person
    if percent is None:
        return []
    if rule.fixed:
        return [line for span in spans for line in _lines(span, percent, f"{percent} %", rule.year)]
    return [
        line
        for span in spans
        for priced_span, base in _by_base(span, rule)
        for line in _lines(
            priced_span, base.percent + percent, f"{base.percent + percent} % (base rate {base.percent} % and more)",
            rule.year,
        )
    ]  # fmt: skip


def rounded_sum(lines: Sequence[InterestLine], currency: str) -> Decimal:
    """The interest of all lines, rounded once."""
    return round_money(sum((line.amount_unrounded for line in lines), Decimal(0)), currency)


def _by_base(span: OverdueSpan, rule: InterestRule) -> list[tuple[OverdueSpan, BaseRate]]:
    """The span cut where the base rate changes; a day whose rate is not known is refused, never guessed."""
    rates = sorted(rule.base, key=lambda rate: rate.start)
    priced_spans = []
    day = span.start
    for index, rate in enumerate(rates):
        following = rates[index + 1].start if index + 1 < len(rates) else date.max
        end = min(span.end, following, add_months(rate.start, rule.base_months))
        if rate.start <= day < end:
            priced_spans.append((OverdueSpan(day, end, span.amount), rate))
            day = end
    if day < span.end:
        raise InputError(
            f"no base rate is known for {day}", path="base", code="no_base_rate",
            hint=f"enter what is published ({rule.base_source}): `dunning base-rate COUNTRY FROM PERCENT`",
        )  # fmt: skip
    return priced_spans


def _lines(span: OverdueSpan, percent: Decimal, rate: str, year: str) -> list[InterestLine]:
    """One line, or one a calendar year where years are counted as they are."""
    return [_line(of_year, percent, rate, days) for of_year, days in _by_year(span, year)]


def _by_year(span: OverdueSpan, year: str) -> list[tuple[OverdueSpan, int]]:
    if year in YEAR_DAYS:
        return [(span, YEAR_DAYS[year])]
    years = range(span.start.year, (span.end - ONE_DAY).year + 1)
    return [
        (of_year, (date(each + 1, 1, 1) - date(each, 1, 1)).days)
        for each in years
        for of_year in between([span], date(each, 1, 1), date(each + 1, 1, 1))
    ]


def _line(span: OverdueSpan, percent: Decimal, rate: str, year_days: int) -> InterestLine:
    days = (span.end - span.start).days
    amount = span.amount * percent * days / HUNDRED / year_days
    why = f"{_plain(span.amount)} × {rate} × {days}/{year_days} days"
    return InterestLine(span, percent, amount, f"{span.start} to {span.end}: {why}")


def _plain(amount: Decimal) -> str:
    """With two decimals where they say it all."""
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount.normalize():f}"
