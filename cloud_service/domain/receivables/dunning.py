"""Reminders in steps, fees and statutory interest, by the rules of a country; rules are files with their source."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from cloud_service.domain.money import round_money
from common.errors import InputError
from common.period import add_months

FOLDER = Path(__file__).parent / "dunning_rules"
DEFAULT = "default"
YEAR_DAYS = 365
HUNDRED = Decimal(100)


class DunningStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done so many days after the due date."""

    name: str
    days: Annotated[int, Meta(ge=1)]
    fee: Decimal = Decimal(0)


class BaseRate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base rate from a day on, until the next or until it had to be renewed."""

    start: date = msgspec.field(name="from")
    percent: Decimal


class InterestRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Percentage points above the base rate, for persons and companies; none where it is not stated."""

    base: tuple[BaseRate, ...]
    base_source: str
    base_months: Annotated[int, Meta(ge=1)]  # after so many the rate is set anew, be it the same
    person: Decimal | None = None
    company: Decimal | None = None
    lump_sum_company: Decimal = Decimal(0)


class DunningRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a country's clients are dunned."""

    steps: Annotated[tuple[DunningStep, ...], Meta(min_length=1)]
    pause_days: int = 7
    least: Annotated[Decimal, Meta(description="Below this nobody is reminded")] = Decimal(0)
    interest: InterestRule | None = None


def with_base_rates(rule: InterestRule, entered_rates: Sequence[BaseRate]) -> InterestRule:
    """The rule with base rates that were entered here; they count before those of the file."""
    base = {rate.start: rate for rate in (*rule.base, *entered_rates)}
    return msgspec.structs.replace(rule, base=tuple(base[start] for start in sorted(base)))


@cache
def dunning_rules(country: str) -> DunningRules:
    """The rules of a country by its ISO code, the default ones where there are none of its own."""
    path = FOLDER / f"{country}.toml"
    if not country.isalpha() or not path.exists():
        path = FOLDER / f"{DEFAULT}.toml"
    document = tomllib.loads(path.read_text("utf-8"))
    try:
        return msgspec.convert(document, DunningRules, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(str(error), path=str(path)) from error


def next_step(
    rules: DunningRules, due_date: date, taken: int, last: date | None, today: date
) -> tuple[int, DunningStep] | None:
    """(number, step) that is due now: the next one not taken, with a pause after the one before; or None."""
    if taken >= len(rules.steps):
        return None
    step = rules.steps[taken]
    if today < due_date + timedelta(days=step.days):
        return None
    if last is not None and today < last + timedelta(days=rules.pause_days):
        return None
    return taken + 1, step


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


def from_day_on(spans: Sequence[OverdueSpan], day: date | None) -> list[OverdueSpan]:
    """The spans from a day on; all of them without one."""
    if day is None:
        return list(spans)
    return [OverdueSpan(max(span.start, day), span.end, span.amount) for span in spans if span.end > day]


def interest(
    rule: InterestRule, kind: str, currency: str, spans: Sequence[OverdueSpan]
) -> tuple[list[InterestLine], Decimal]:
    """Statutory interest in `currency` by days of 365, cut where the base rate changes; the sum is rounded once.

    `kind` is that of the client (company, or a person); InputError with the code `no_base_rate` for a day whose base
    rate nobody has entered. In Germany five (persons) or nine points above the base rate: BGB §§ 247, 288.
    """
    above = rule.company if kind == "company" else rule.person
    if above is None:
        return [], Decimal(0)
    lines = [
        _interest_line(priced_span, base.percent + above, base)
        for span in spans
        for priced_span, base in _by_base(span, rule)
    ]
    return lines, round_money(sum((line.amount_unrounded for line in lines), Decimal(0)), currency)


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


def _interest_line(span: OverdueSpan, percent: Decimal, base: BaseRate) -> InterestLine:
    days = (span.end - span.start).days
    amount = span.amount * percent * days / HUNDRED / YEAR_DAYS
    why = f"{span.amount} × {percent} % (base rate {base.percent} % and more) × {days}/{YEAR_DAYS} days"
    return InterestLine(span, percent, amount, f"{span.start} to {span.end}: {why}")
