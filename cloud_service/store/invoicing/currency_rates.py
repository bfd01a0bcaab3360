"""Currency rates by day: imported once, never changed, because totals of past days rest on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import ConflictError

IMPORTED = text(
    """
    SELECT currency, day, rate
      FROM currency_rate
     WHERE base = :base AND day BETWEEN :first AND :last
    """
)
ADD = text(
    """
    INSERT INTO currency_rate (base, currency, day, rate, source)
    VALUES (:base, :currency, :day, :rate, :source)
    ON CONFLICT (base, currency, day) DO NOTHING
    """
)
NEWEST = text(
    """
    SELECT day, rate
      FROM currency_rate
     WHERE base = :base AND currency = :currency AND day <= :day
     ORDER BY day DESC
     LIMIT 1
    """
)


Rate = tuple[date, str, Decimal]


@dataclass(frozen=True, slots=True)
class AddedRates:
    """How many rates were new, how many days had one, and how many of those had another."""

    new: int
    known: int
    others: int


@dataclass(frozen=True, slots=True)
class DayRate:
    """What one unit of a currency was in another on a day."""

    day: date
    rate: Decimal


def newest(session: Session, base: str, currency: str, day: date) -> DayRate | None:
    """The newest rate not after a day, however old; None where none is known."""
    row = session.execute(NEWEST, {"base": base, "currency": currency, "day": day}).one_or_none()
    return DayRate(row.day, row.rate) if row else None


def add(session: Session, base: str, rates: Sequence[Rate], *, source: str = "") -> int:
    """Keep what one unit of a currency was in `base` on a day; how many were new.

    Another rate for a known day is refused.
    """
    rates_before = _kept(session, base, rates)
    for day, currency, rate in rates:
        if rates_before.get((currency, day), rate) != rate:
            raise ConflictError(f"{currency} on {day} is known as {rates_before[currency, day]}, not {rate}")
    return _add(session, base, [rate for rate in rates if (rate[1], rate[0]) not in rates_before], source)


def add_unknown(session: Session, base: str, rates: Sequence[Rate], *, source: str) -> AddedRates:
    """Keep the rates of days that have none; what is kept stays, be it another."""
    rates_before = _kept(session, base, rates)
    new = _add(session, base, [rate for rate in rates if (rate[1], rate[0]) not in rates_before], source)
    others = sum(rates_before.get((currency, day), rate) != rate for day, currency, rate in rates)
    return AddedRates(new, len(rates) - new, others)


def _kept(session: Session, base: str, rates: Sequence[Rate]) -> dict[tuple[str, date], Decimal]:
    if not rates:
        return {}
    days = [day for day, _, _ in rates]
    rows = session.execute(IMPORTED, {"base": base, "first": min(days), "last": max(days)})
    return {(row.currency, row.day): row.rate for row in rows}


def _add(session: Session, base: str, rates: Sequence[Rate], source: str) -> int:
    if rates:
        session.execute(
            ADD,
            [
                {"base": base, "currency": currency, "day": day, "rate": rate, "source": source}
                for day, currency, rate in rates
            ],
        )
    return len(rates)
