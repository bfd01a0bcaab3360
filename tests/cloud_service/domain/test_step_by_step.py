"""Random tariffs against a reference without matrices: one step after the other, by the wall clock, in decimals."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from cloud_service.domain.pricing.usage import Intervals
from common.period import Span
from tests.cloud_service.domain.builders import bill, energy, make_tariff

D = Decimal
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kathmandu", "America/Santiago")
PERIODS = {
    "periods": [
        {"name": "peak", "days": ["weekday"], "hours": ["07:00-11:00", "17:00-20:00"]},
        {"name": "saturday", "days": ["saturday"], "hours": ["08:00-13:00"]},
        {"name": "night", "hours": ["22:00-06:00"]},
        {"name": "rest"},
    ]
}
NAMES = ("peak", "saturday", "night", "rest")


def period(wall: datetime) -> str:
    hour, day = wall.hour, wall.weekday()
    if day < 5 and (7 <= hour < 11 or 17 <= hour < 20):
        return "peak"
    if day == 5 and 8 <= hour < 13:
        return "saturday"
    return "night" if hour >= 22 or hour < 6 else "rest"


def walls(span: Span, zone_name: str, step_s: int) -> list[datetime]:
    zone = ZoneInfo(zone_name)
    at, end = (datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in (span.start, span.end))
    times = []
    while at < end:
        times.append(at.astimezone(zone))
        at += timedelta(seconds=step_s)
    return times


class Case:
    """A span of one month with a random load, and a day inside it at which prices change."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.zone = self.dice.choice(ZONES)
        self.step_s = self.dice.choice([900, 1800, 3600])
        month = self.dice.randint(1, 11)
        self.span = Span(date(2026, month, 1), date(2026, month + 1, 1))
        self.day = self.span.start + timedelta(days=self.dice.randint(1, self.span.days - 1))
        self.walls = walls(self.span, self.zone, self.step_s)
        self.used, self.back = self.load(), self.load()

    def load(self) -> list[Decimal]:
        return [D(self.dice.randint(0, 4000)) / 1000 for _ in self.walls]

    def price(self) -> Decimal:
        return D(self.dice.randint(-50, 500)) / 1000

    def parts(self) -> Iterator[tuple[list[int], Decimal, dict[str, Any]]]:
        """For each price: its steps, its share of the month, its days in the document."""
        for first, last, days in (
            (self.span.start, self.day, {"until": str(self.day)}),
            (self.day, self.span.end, {"from": str(self.day)}),
        ):
            months = (D((last - first).days) / self.span.days).quantize(D("1e-9"))
            yield [n for n, wall in enumerate(self.walls) if first <= wall.date() < last], months, days

    def rated(self, charges: list[dict[str, Any]]) -> Decimal:
        taken, given = (
            Intervals(np.array([int(value * 1000) for value in values], dtype=np.int64), self.step_s)
            for values in (self.used, self.back)
        )
        tariff = make_tariff(*charges, schedules={"day": PERIODS})
        return bill(tariff, taken, self.span, self.zone, export=given).total_unrounded


@pytest.mark.parametrize("seed", range(20))
def test_time_of_use(seed: int) -> None:
    case, charges, due = Case(seed), [], D(0)
    for steps, _, days in case.parts():
        prices = {name: case.price() for name in NAMES}
        charges.append(energy(prices={name: str(price) for name, price in prices.items()}, **days))
        due += sum(case.used[n] * prices[period(case.walls[n])] for n in steps)

    assert due == case.rated(charges)


@pytest.mark.parametrize("seed", range(20))
def test_blocks_in_the_order_of_time(seed: int) -> None:
    case, charges, due = Case(seed), [], D(0)
    for steps, months, days in case.parts():
        bound = D(case.dice.randint(1, 900))
        low, high = ({name: case.price() for name in NAMES} for _ in range(2))
        ladders = {name: [{"up_to": str(bound), "price": str(low[name])}, {"price": str(high[name])}] for name in NAMES}
        charges.append(energy(period_blocks=ladders, blocks_over="time", **days))
        left = (bound * months).quantize(D("0.001"))
        for n in steps:
            first = min(case.used[n], left)
            left -= first
            name = period(case.walls[n])
            due += first * low[name] + (case.used[n] - first) * high[name]

    assert due == case.rated(charges)


@pytest.mark.parametrize("seed", range(20))
def test_demand_of_periods(seed: int) -> None:
    case, charges, due = Case(seed), [], D(0)
    many = 3600 // case.step_s
    for steps, months, days in case.parts():
        prices = {name: abs(case.price()) for name in NAMES}
        charge = {"kind": "demand", "window_min": 60, "prices": {name: str(price) for name, price in prices.items()}}
        charges.append(charge | days)
        highest = dict.fromkeys(NAMES, D(0))
        for first in steps[::many]:
            name = period(case.walls[first])
            highest[name] = max(highest[name], sum(case.used[first : first + many], D(0)))
        due += sum(highest[name] * prices[name] * months for name in NAMES)

    assert due == case.rated(charges)


@pytest.mark.parametrize("seed", range(20))
def test_net_metering_by_periods(seed: int) -> None:
    case, charges, due, surplus = Case(seed), [], D(0), dict.fromkeys(NAMES, D(0))
    for steps, _, days in case.parts():
        prices = {name: case.price() for name in NAMES}
        charges.append(energy(prices={name: str(price) for name, price in prices.items()}, netting={}, **days))
        for name in NAMES:
            net = (
                sum((case.used[n] - case.back[n] for n in steps if period(case.walls[n]) == name), D(0)) - surplus[name]
            )
            surplus[name] = max(-net, D(0))
            due += max(net, D(0)) * prices[name]

    assert due == case.rated(charges)
