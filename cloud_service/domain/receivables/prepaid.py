"""What a prepaid balance means: warnings once per crossing, emergency credit, and when supply may be cut.

Nobody is cut who is protected, nor in friendly hours: at night, on weekends, on holidays and on the eve of either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from cloud_service.domain.calendar.holidays import holidays
from cloud_service.domain.money import exact
from common.errors import InputError

PrepaidState = Literal["ok", "low", "critical", "empty", "emergency", "disconnected"]
ORDER: tuple[PrepaidState, ...] = ("ok", "low", "critical", "emergency", "empty", "disconnected")
ZERO = Decimal(0)
FRIDAY, SATURDAY = 4, 5
CENT_OF_A_DAY = Decimal("0.01")
DAYS_MAX = Decimal(9999)


@dataclass(frozen=True, slots=True)
class PrepaidTerms:
    """An account's prepaid terms; the defaults are ours, `account.settings["prepaid"]` changes them."""

    low_days: Decimal = Decimal(5)
    critical_days: Decimal = Decimal(2)
    low_balance: Decimal = ZERO
    emergency_credit: Decimal = ZERO
    reconnect_above: Decimal = ZERO
    cut_from: time = time(10)
    cut_until: time = time(15)


FIELDS = ("low_days", "critical_days", "low_balance", "emergency_credit", "reconnect_above")


def prepaid_terms(settings: Mapping[str, Any]) -> PrepaidTerms:
    """The terms in an account's settings; an unknown one is refused."""
    fields = dict(settings.get("prepaid", {}))
    times = {name: time.fromisoformat(fields.pop(name)) for name in ("cut_from", "cut_until") if name in fields}
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise InputError(f"{min(unknown)!r} is no prepaid term", path="settings.prepaid", hint=", ".join(FIELDS))
    numbers = {name: exact(value, f"prepaid.{name}") for name, value in fields.items()}
    return replace(PrepaidTerms(), **numbers, **times)  # type: ignore[arg-type] # the names were checked above


@dataclass(frozen=True, slots=True)
class PrepaidPosition:
    """An account as it is now; amounts in its currency, `local` is the time where the meter hangs."""

    balance: Decimal
    a_day: Decimal  # what a day costs at the present use, 0 where nothing is used
    local: datetime
    holiday_calendar: str
    protected: bool
    state: PrepaidState
    before: Decimal  # the balance at the last look
    unknown: str = ""  # why it cannot be said what was used: nobody is cut on a guess


@dataclass(frozen=True, slots=True)
class PrepaidDecision:
    """What follows: the new state, a warning to send (or none), a command (or none), why a cut has to wait."""

    state: PrepaidState
    days_left: Decimal | None
    warn: PrepaidState | None = None
    command: Literal["disconnect", "reconnect"] | None = None
    emergency: Decimal = ZERO
    waits: str = ""


def days_left(balance: Decimal, a_day: Decimal) -> Decimal | None:
    """How many days the balance lasts at `a_day` of use, to hundredths and 9999 at most; None where nothing is used."""
    if a_day <= 0:
        return None
    return min(max(balance, ZERO) / a_day, DAYS_MAX).quantize(CENT_OF_A_DAY)


def decide(position: PrepaidPosition, terms: PrepaidTerms) -> PrepaidDecision:
    """The state that the balance asks for, and what changes on the way there."""
    days = days_left(position.balance, position.a_day)
    new_state = _level(position.balance, days, terms)
    emergency = min(max(-position.balance, ZERO), terms.emergency_credit)
    if position.state == "disconnected":
        if position.balance > terms.reconnect_above:
            return PrepaidDecision(new_state, days, None, "reconnect", emergency)
        return PrepaidDecision("disconnected", days, emergency=emergency)
    if position.balance <= position.before and ORDER.index(new_state) < ORDER.index(position.state):
        # the use of a day went down, the balance not up: no second warning when it rises again
        new_state = position.state
    warn = new_state if ORDER.index(new_state) > ORDER.index(position.state) else None
    if new_state != "empty":
        return PrepaidDecision(new_state, days, warn, None, emergency)
    waits = why_wait(position, terms)
    if waits:
        return PrepaidDecision("empty", days, warn, None, emergency, waits)
    return PrepaidDecision("disconnected", days, "disconnected", "disconnect", emergency)


def _level(balance: Decimal, days: Decimal | None, terms: PrepaidTerms) -> PrepaidState:
    if balance <= -terms.emergency_credit and balance <= 0:
        return "empty"
    if balance <= 0:
        return "emergency"
    if days is not None and days < terms.critical_days:
        return "critical"
    if balance < terms.low_balance or (days is not None and days < terms.low_days):
        return "low"
    return "ok"


def why_wait(position: PrepaidPosition, terms: PrepaidTerms) -> str:
    """Why supply may not be cut now, or nothing."""
    if position.protected:
        return "protected customer"
    if position.unknown:
        return position.unknown
    local = position.local
    if not terms.cut_from <= local.time() < terms.cut_until:
        return f"friendly hours: cut only from {terms.cut_from:%H:%M} to {terms.cut_until:%H:%M}"
    if local.weekday() >= SATURDAY or _holiday(local.date(), position.holiday_calendar):
        return "friendly hours: weekend or holiday"
    if local.weekday() == FRIDAY or _holiday(local.date() + timedelta(days=1), position.holiday_calendar):
        return "friendly hours: the day before a weekend or holiday"
    return ""


def _holiday(day: date, calendar: str) -> bool:
    return bool(calendar) and day in holidays(calendar, day.year)
