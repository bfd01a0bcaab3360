"""Market prices by instant: added once, never changed, because bills rest on them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.spot_prices import MarketPrice
from cloud_service.store.database.bulk_rows import copy_rows
from common.errors import ConflictError

PRICES = text(
    "SELECT at, step_s, price FROM market_price WHERE series = :series AND at >= :start AND at < :end ORDER BY at"
)


def prices(session: Session, series: str, start: datetime, end: datetime) -> list[MarketPrice]:
    """What is known of a series between two instants, in order."""
    rows = session.execute(PRICES, {"series": series, "start": start, "end": end})
    return [MarketPrice(row.at, row.step_s, row.price) for row in rows]


def add(session: Session, series: str, new_prices: Sequence[MarketPrice]) -> int:
    """Keep prices in the order of time; how many were new. Another price or step for a known instant is refused."""
    stored = {price.at: price for price in prices(session, series, new_prices[0].at, new_prices[-1].end)}
    for price in new_prices:
        other = stored.get(price.at, price)
        if (other.price, other.step_s) != (price.price, price.step_s):
            raise ConflictError(
                f"the price of {series} at {price.at.isoformat()} is known as {other.price:f}, not {price.price:f}",
                path=series,
            )
    fresh = [(series, price.at, price.step_s, price.price) for price in new_prices if price.at not in stored]
    copy_rows(session, "market_price", ("series", "at", "step_s", "price"), fresh)
    return len(fresh)
