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
ADD = text("INSERT INTO currency_rate (base, currency, day, rate) VALUES (:base, :currency, :day, :rate)")
NEWEST = text(
    """
    SELECT day, rate
      FROM currency_rate
     WHERE base = :base AND currency = :currency AND day <= :day
     ORDER BY day DESC
     LIMIT 1
    """
)


@dataclass(frozen=True, slots=True)
class DayRate:
    """What one unit of a currency was in another on a day."""

    day: date
    rate: Decimal


def newest(session: Session, base: str, currency: str, day: date) -> DayRate | None:
    """The newest rate not after a day, however old; None where none is known."""
    row = session.execute(NEWEST, {"base": base, "currency": currency, "day": day}).one_or_none()
    return DayRate(row.day, row.rate) if row else None


def add(session: Session, base: str, rates: Sequence[tuple[date, str, Decimal]]) -> int:
    """Keep what one unit of a currency was in `base` on a day; how many were new.

    Another rate for a known day is refused.
    """
    if not rates:
        return 0
    days = [day for day, _, _ in rates]
    rows = session.execute(IMPORTED, {"base": base, "first": min(days), "last": max(days)})
    imported = {(row.currency, row.day): row.rate for row in rows}
    for day, currency, rate in rates:
        if imported.get((currency, day), rate) != rate:
            raise ConflictError(f"{currency} on {day} is known as {imported[currency, day]}, not {rate}")
    fresh = [
        {"base": base, "currency": currency, "day": day, "rate": rate}
        for day, currency, rate in rates
        if (currency, day) not in imported
    ]
    if fresh:
        session.execute(ADD, fresh)
    return len(fresh)
