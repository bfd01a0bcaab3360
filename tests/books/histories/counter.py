"""What a meter truly shows at any moment: so much a day as its seed says, evenly over the day."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.books.histories.opinion import midnight, seconds

FIRST = date(2026, 6, 1)  # it runs since
AUTUMN = date(2026, 10, 1)  # what the sun gives gets less


@dataclass
class Counter:
    """A counter that only grows, in thousandths of a kWh."""

    zone: str  # of the days that it counts by
    name: str  # of its own seed
    most: int  # kWh a day
    most_later: int  # from AUTUMN on
    days: list[int] = field(default_factory=list)  # what it showed at the midnights since FIRST

    def shows(self, at: datetime) -> int:
        """What it shows at a moment."""
        day = at.astimezone(ZoneInfo(self.zone)).date()
        first, last = midnight(self.zone, day), midnight(self.zone, day + timedelta(days=1))
        low, high = self.at_midnight(day), self.at_midnight(day + timedelta(days=1))
        return low + (high - low) * seconds(first, at) // seconds(first, last)

    def at_midnight(self, day: date) -> int:
        """What it shows when a day begins."""
        number = (day - FIRST).days
        while len(self.days) <= number:
            dice = random.Random(f"{self.name}:{len(self.days)}")
            before = self.days[-1] if self.days else dice.randrange(1000) * 1000
            most = self.most if FIRST + timedelta(days=len(self.days)) < AUTUMN else self.most_later
            self.days.append(before + dice.randrange(most) * 1000)
        return self.days[number]
