"""Base rates of interest that were entered here, by country."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.dunning import BaseRate

ENTERED = text("SELECT start, percent FROM base_rate WHERE country = :country ORDER BY start")
BEFORE = text("SELECT percent FROM base_rate WHERE country = :country AND start = :start FOR UPDATE")
ENTER = text(
    """
    INSERT INTO base_rate (country, start, percent, author)
    VALUES (:country, :start, :percent, :author)
    ON CONFLICT (country, start) DO UPDATE SET percent = :percent, author = :author, created_at = now()
    """
)


def entered(session: Session, country: str) -> list[BaseRate]:
    """The rates of a country that were entered, the oldest first."""
    rows = session.execute(ENTERED, {"country": country})
    return [BaseRate(start=row.start, percent=row.percent) for row in rows]


def enter(session: Session, country: str, start: date, percent: Decimal, author: str) -> Decimal | None:
    """Keep a rate; the one it takes the place of, if any."""
    fields = {"country": country, "start": start, "percent": percent, "author": author}
    before: Decimal | None = session.execute(BEFORE, fields).scalar_one_or_none()
    session.execute(ENTER, fields)
    return before
