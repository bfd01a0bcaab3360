"""Market prices by instant: added once, never changed, because bills rest on them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.spot_prices import MarketPrice
from cloud_service.store.database.bulk_rows import copy_rows
from common.errors import ConflictError

KNOWN = text(
    "SELECT at, step_s, price FROM market_price WHERE series = :series AND at >= :start AND at < :end ORDER BY at"
)


def prices(session: Session, series: str, start: datetime, end: datetime) -> list[MarketPrice]:
    """What is known of a series between two instants, in order."""
    rows = session.execute(KNOWN, {"series": series, "start": start, "end": end})
    return [MarketPrice(row.at, row.step_s, row.price) for row in rows]


def add(session: Session, series: str, found: Sequence[MarketPrice]) -> int:
    """Keep prices in the order of time; how many were new. Another price or step for a known instant is refused."""
    known = {one.at: one for one in prices(session, series, found[0].at, found[-1].end)}
    for one in found:
        other = known.get(one.at, one)
        if (other.price, other.step_s) != (one.price, one.step_s):
            raise ConflictError(
                f"the price of {series} at {one.at.isoformat()} is known as {other.price:f}, not {one.price:f}",
                path=series,
            )
    fresh = [(series, one.at, one.step_s, one.price) for one in found if one.at not in known]
    copy_rows(session, "market_price", ("series", "at", "step_s", "price"), fresh)
    return len(fresh)
