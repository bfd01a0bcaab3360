"""Reminders in steps, fees and interest as rules: a company's own, or a country's, files with their source."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cloud_service.domain.calendar.holidays import calendars
from cloud_service.domain.money import round_money
from common.errors import InputError

FOLDER = Path(__file__).parent / "dunning_rules"
DEFAULT = "default"
ANY = "*"  # of amounts by currency: every currency that is not named
STEPS_MAX = 6
DAYS_MAX = 365
PERCENT_MAX = Decimal(100)
Amounts = dict[str, Decimal]  # by currency
Who = Literal["person", "itself"]
Wording = Literal["reminder", "second", "final"]
NOTHING = Decimal(0)


class DunningStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done so many days after the due date."""

    name: str
    days: Annotated[int, Meta(ge=1, le=DAYS_MAX)]
    fee: Amounts = {}
    wording: Wording = "reminder"


class BaseRate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base rate from a day on, until the next or until it had to be renewed."""

    start: date = msgspec.field(name="from")
    percent: Decimal


class InterestRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Yearly percent for persons and companies: as such, or points above a base rate; none where it is not stated."""

    person: Decimal | None = None
    company: Decimal | None = None
    fixed: bool = False
    base_country: str = ""  # whose base rates count; that of the rules where it is empty
    base: tuple[BaseRate, ...] = ()
    base_source: str = ""
    base_months: Annotated[int, Meta(ge=1)] = 6  # after so many the rate is set anew, be it the same
    after_days: Annotated[int, Meta(ge=0, le=DAYS_MAX)] = 0  # days after the due day that bear none
    year: Literal["365", "360", "actual"] = "365"
    least: Amounts = {}  # below this nothing is charged yet
    lump_sum_company: Amounts = {}
    booking: Who = "person"  # by itself: on the first of each month


class DunningRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How clients are dunned."""

    steps: Annotated[tuple[DunningStep, ...], Meta(min_length=1, max_length=STEPS_MAX)]
    pause_days: Annotated[int, Meta(ge=0, le=DAYS_MAX)] = 7
    least: Annotated[Amounts, Meta(description="Below this nobody is reminded")] = {}
    source: str = ""
    sending: Who = "person"  # by itself: on the day, without being asked
    working_days: bool = False  # by itself not on Saturdays, Sundays and holidays
    holidays: str = ""  # the calendar of holidays; none: only weekends
    interest: InterestRule | None = None


def amount_in(amounts: Mapping[str, Decimal], currency: str) -> Decimal:
    """The amount for a currency; nothing where neither it nor every one is named."""
    return amounts.get(currency, amounts.get(ANY, NOTHING))


def with_base_rates(rule: InterestRule, entered_rates: Sequence[BaseRate]) -> InterestRule:
    """The rule with base rates that were entered here; they count before those of the file."""
    base = {rate.start: rate for rate in (*rule.base, *entered_rates)}
    return msgspec.structs.replace(rule, base=tuple(base[start] for start in sorted(base)))


def has_own_rules(country: str) -> bool:
    """Whether the product knows rules of a country."""
    return country.isalpha() and country != DEFAULT and (FOLDER / f"{country}.toml").exists()


@cache
def dunning_rules(country: str) -> DunningRules:
    """The rules of a country by its ISO code, the default ones where there are none of its own."""
    path = FOLDER / f"{country if has_own_rules(country) else DEFAULT}.toml"
    return read_rules(tomllib.loads(path.read_text("utf-8")), str(path))


def read_rules(document: Mapping[str, Any], path: str = "") -> DunningRules:
    """Rules from a document, checked; InputError says where it is wrong."""
    try:
        rules = msgspec.convert(document, DunningRules, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(str(error), path=path) from error
    check(rules)
    return rules


def check(rules: DunningRules) -> None:
    """InputError where rules contradict themselves; places are those of the document."""
    for number, (step, before) in enumerate(zip(rules.steps[1:], rules.steps, strict=False), start=1):
        if step.days <= before.days:
            raise InputError(
                f"{step.name!r} comes {step.days} days after the due day, {before.name!r} after {before.days}",
                path=f"steps[{number}].days", hint="each level comes later than the one before",
            )  # fmt: skip
    for number, step in enumerate(rules.steps):
        if not step.name.strip():
            raise InputError("a level has no name", path=f"steps[{number}].name", hint="for example First reminder")
        _check_amounts(step.fee, f"steps[{number}].fee")
    _check_amounts(rules.least, "least")
    if rules.holidays and rules.holidays not in calendars():
        raise InputError(
            f"there is no calendar of holidays {rules.holidays!r}", path="holidays",
            hint=f"none, or one of {', '.join(calendars())}",
        )  # fmt: skip
    if rules.interest is not None:
        _check_interest(rules.interest)


def _check_interest(rule: InterestRule) -> None:
    for kind in ("person", "company"):
        percent = getattr(rule, kind)
        if percent is not None and not NOTHING <= percent <= PERCENT_MAX:
            raise InputError(f"{percent} % is no yearly interest", path=f"interest.{kind}", hint="0 to 100")
    _check_amounts(rule.least, "interest.least")
    _check_amounts(rule.lump_sum_company, "interest.lump_sum_company")


def _check_amounts(amounts: Mapping[str, Decimal], path: str) -> None:
    for currency, amount in amounts.items():
        if currency != ANY and not (len(currency) == 3 and currency.isascii() and currency.isupper()):  # noqa: PLR2004
            raise InputError(f"{currency!r} is no currency", path=path, hint="three capitals, for example EUR")
        if not amount.is_finite() or amount < 0:
            raise InputError(f"{amount} {currency} cannot be", path=path, hint="0 or more")
        if currency != ANY and round_money(amount, currency) != amount:
            raise InputError(f"{amount} has more decimals than {currency} has", path=path)


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
