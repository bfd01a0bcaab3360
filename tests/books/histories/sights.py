"""What a turn of a life can choose from: days, tenants, meters, readings, bills."""

import random
from datetime import date, datetime, timedelta
from functools import partial

from tests.books.histories.operator import Operator
from tests.books.histories.opinion import Mount, Stay
from tests.books.histories.papers import Bill, Papers

Step = partial[None]
ZONES_OF_SITES = ("Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata")
CLOCK_CHANGES = {
    "Europe/Berlin": (date(2026, 10, 25), date(2026, 10, 26)),
    "America/New_York": (date(2026, 11, 1), date(2026, 11, 2)),
    "Pacific/Auckland": (date(2026, 9, 27), date(2026, 9, 28)),
}


class Sights:
    """An operator as it is now."""

    def __init__(self, operator: Operator, start: date) -> None:
        self.operator = operator
        self.life = operator.life
        self.start = start

    @property
    def papers(self) -> Papers:
        """What the product has issued."""
        return self.operator.papers()

    def a_bill(self, dice: random.Random, *, touched: bool = False) -> Bill | None:
        papers = self.papers
        bills = [bill for bill in papers.bills.values() if bill.live]
        late = [bill for bill in bills if bill.touched]
        bills = late if touched or (late and dice.random() < 0.5) else bills
        return dice.choice(bills) if bills else None

    def a_stay(self, dice: random.Random) -> Stay | None:
        return dice.choice(self.life.stays) if self.life.stays else None

    @property
    def hanging(self) -> list[Mount]:
        """The counters that hang somewhere."""
        return [mount for mount in self.life.mounts if mount.until is None]

    def a_mount(self, dice: random.Random) -> Mount | None:
        hanging = self.hanging
        return dice.choice(hanging) if hanging else None

    def is_exchangeable(self, mount: Mount, other: Mount) -> bool:
        """Whether two meters could hang at each other's place."""
        kinds = self.operator.kinds
        return mount.point != other.point and kinds[mount.point] == kinds[other.point]

    def a_day(self, dice: random.Random, back: int = 40, ahead: int = 20) -> date:
        """Near today, often the first of a month or a day on which something else happened."""
        near = self.operator.today + timedelta(days=dice.randint(-back, ahead))
        busy = [day for stay in self.life.stays for day in (stay.start, stay.end) if day]
        kind = dice.random()
        if kind < 0.3:
            near = near.replace(day=1)
        elif kind < 0.5 and busy:
            near = dice.choice(busy)
        elif kind < 0.65:
            near = dice.choice(CLOCK_CHANGES.get(self.life.zone, [near]))
        return max(min(near, self.operator.today + timedelta(days=ahead)), self.start)

    def a_moment(self, dice: random.Random, day: date) -> datetime:
        """Some time of a day that is over or begun, sometimes its very beginning."""
        return self.life.midnight(day) + timedelta(minutes=dice.choice([0, 0, 60, 607, 750, 1260]))

    def a_window(self, dice: random.Random) -> tuple[date, date]:
        """A month, some months, or any days."""
        months = [date(2026, month, 1) for month in range(self.start.month, 13)] + [date(2027, 1, 1), date(2027, 2, 1)]
        first = dice.choice([month for month in months if month <= self.operator.today])
        later = [month for month in months if month > first][:3]
        last = dice.choice([*later[:1] * 3, *later, first + timedelta(days=dice.randint(1, 60))])
        return first, last

    def a_reading(self, dice: random.Random) -> tuple[str, datetime | None]:
        there = [(counter, at) for counter, readings in self.life.readings.items() for at in readings]
        wrong = [
            (counter, at) for counter, at in there
            if self.life.readings[counter][at] != self.operator.counters[counter].shows(at)
        ]  # fmt: skip
        return dice.choice(wrong or there) if there else ("", None)


def in_words(piece: object) -> str:
    """An argument of a turn as one reads it."""
    if isinstance(piece, Stay):
        return piece.number
    if isinstance(piece, Mount):
        return f"{piece.meter} at Flat {piece.point}"
    if isinstance(piece, list) and len(piece) > 3:
        return f"{piece[0]} to {piece[-1]} ({len(piece)})"
    return str(piece)


def days_between(first: date, last: date) -> list[date]:
    """The days from one on, before another."""
    return [first + timedelta(days=number) for number in range((last - first).days)]
