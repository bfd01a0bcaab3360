"""Market prices by instant, and the series of a bill's days that spot charges take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from cloud_service.domain.charges import Spot
from cloud_service.domain.pricing.usage import Intervals, PriceSeries
from cloud_service.domain.rating.load_file import SCALE
from cloud_service.domain.tariffs.tariff import Tariff
from common.errors import InputError
from common.period import Span, day_start


@dataclass(frozen=True, slots=True)
class MarketPrice:
    """The price from an instant on, for one step."""

    at: datetime
    step_s: int
    price: Decimal

    @property
    def end(self) -> datetime:
        """The instant at which the next price begins."""
        return self.at + timedelta(seconds=self.step_s)


def series_named(tariff: Tariff) -> list[str]:
    """The series that a tariff's spot charges need."""
    charges = [charge for version in tariff.versions for charge in version.document.charges]
    return sorted({charge.series for charge in charges if isinstance(charge, Spot)})


def by_instant(values: Intervals, start: date, zone_name: str) -> list[MarketPrice]:
    """Prices of civil days from a file as prices of instants."""
    first, step = day_start(start, zone_name), timedelta(seconds=values.step_s)
    return [
        MarketPrice(first + number * step, values.step_s, Decimal(value).scaleb(-values.scale))
        for number, value in enumerate(values.values.tolist())
    ]


def series_of_span(name: str, prices: Sequence[MarketPrice], span: Span, zone_name: str) -> PriceSeries:
    """The series of a bill's days; an instant without a price is refused with its time."""
    due, end = day_start(span.start, zone_name), day_start(span.end, zone_name)
    for price in prices:
        if price.at != due or price.step_s != prices[0].step_s:
            break
        due = price.end
    if due != end:
        raise InputError(
            f"series {name!r} has no price for {due.isoformat()}, or one of another step",
            path=f"prices.{name}",
            hint="energy-cloud tariff prices",
            code="missing_prices",
        )
    values = [int(price.price.scaleb(SCALE)) for price in prices]
    return PriceSeries(np.array(values, dtype=np.int64), prices[0].step_s, SCALE)
