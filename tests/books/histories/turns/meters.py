"""Meters come, go, are read and are looked at again."""

import random
from datetime import datetime, timedelta
from functools import partial

from tests.books.histories.doors import metering
from tests.books.histories.opinion import DAY, Mount
from tests.books.histories.sights import ZONES_OF_SITES, Sights, Step, days_between


class MeterTurns(Sights):
    """Readings and mounts."""

    def read(self, dice: random.Random) -> Step | None:
        """A gateway sends the midnights of some days up to today, or a person reads once."""
        mounts = self.life.mounts
        if not mounts:
            return None
        mount = dice.choice(mounts)
        last = self.operator.today - timedelta(days=dice.choice([0, 0, 0, 3, 20]))
        first = last - timedelta(days=dice.choice([0, 10, 40, 70]))
        days = [day for day in days_between(first, last + DAY) if dice.random() < 0.8 or day.day == 1]
        moments = [self.life.midnight(day) for day in days if day >= self.start - DAY]
        return partial(self._read, mount.meter, moments)

    def _read(self, meter: str, moments: list[datetime]) -> None:
        for counter in [name for name in self.operator.counters if name.startswith(f"{meter}:")]:
            metering.send(self.operator, counter, moments)
        metering.make_days_if_used(self.operator)

    def slip(self, dice: random.Random) -> Step | None:
        """A person writes down what the meter shows some hours later."""
        mount = self.a_mount(dice)
        if mount is None:
            return None
        at = self.life.midnight(self.operator.today - timedelta(days=dice.randint(1, 40)))
        value = self.operator.counters[mount.counter].shows(at + timedelta(hours=dice.randint(1, 20)))
        return partial(self._enter, mount.counter, at, value)

    def read_again(self, dice: random.Random) -> Step | None:
        """A reading is corrected to what the meter showed."""
        counter, at = self.a_reading(dice)
        return partial(self._enter, counter, at, self.operator.counters[counter].shows(at)) if at else None

    def take_back(self, dice: random.Random) -> Step | None:
        """A reading is withdrawn."""
        counter, at = self.a_reading(dice)
        return partial(self._enter, counter, at, None) if at else None

    def _enter(self, counter: str, at: datetime, value: int | None) -> None:
        metering.enter(self.operator, counter, at, value)
        metering.make_days_if_used(self.operator)

    def exchange(self, dice: random.Random) -> Step | None:
        """A new meter, or (by the same step of people) the same place with another transformer."""
        mount = self.a_mount(dice)
        at = self.a_moment(dice, self.a_day(dice, ahead=0))
        factor = dice.choice([1, 1, 20])
        return partial(self._exchange, mount, at, factor) if mount else None

    def _exchange(self, mount: Mount, at: datetime, factor: int, noted: datetime | None = None) -> None:
        metering.exchange(self.operator, mount, at, factor, noted)
        metering.make_days_if_used(self.operator)

    def correct_factor(self, dice: random.Random) -> Step:
        """The transformer of a meter, also of one that has gone, was another."""
        mount = dice.choice(self.life.mounts)
        return partial(metering.correct_factor, self.operator, mount, dice.choice([1, 2, 20]))

    def move_meter(self, dice: random.Random) -> Step | None:
        """A meter is taken down and hangs up again at once, with another transformer: never a place without a meter."""
        mount = self.a_mount(dice)
        at = self.a_moment(dice, self.a_day(dice, ahead=0))
        return partial(self._move, [(mount, mount.point, dice.choice([1, 2, 30]))], at) if mount else None

    def swap_meters(self, dice: random.Random) -> Step | None:
        """Two meters were hung at each other's place."""
        mount = self.a_mount(dice)
        others = [other for other in self.hanging if mount and self.is_exchangeable(mount, other)]
        if mount is None or not others:
            return None
        other = dice.choice(others)
        moves = [(mount, other.point, mount.factor), (other, mount.point, other.factor)]
        return partial(self._move, moves, self.a_moment(dice, self.a_day(dice, ahead=0)))

    def _move(self, moves: list[tuple[Mount, int, int]], at: datetime) -> None:
        metering.move(self.operator, moves, at)
        metering.make_days_if_used(self.operator)

    def exchange_at_another_moment(self, dice: random.Random) -> Step | None:
        """A new meter whose coming is noted some hours or days too early or too late."""
        mount = self.a_mount(dice)
        at = self.a_moment(dice, self.a_day(dice, ahead=0))
        noted = at + dice.choice([-1, 1]) * timedelta(hours=dice.choice([2, 20, 60]))
        return partial(self._exchange, mount, at, dice.choice([1, 20]), noted) if mount else None

    def correct_moment(self, dice: random.Random) -> Step | None:
        """The paper is found that says when it was."""
        slips = self.operator.slips
        return partial(self._correct_moment, *dice.choice(slips)) if slips else None

    def _correct_moment(self, meter: str, noted: datetime, at: datetime) -> None:
        metering.correct_moment(self.operator, meter, noted, at)
        metering.make_days_if_used(self.operator)

    def move_site(self, dice: random.Random) -> Step:
        """The site is in another zone; refused once days are billed."""
        return partial(self._move_site, dice.choice(ZONES_OF_SITES))

    def _move_site(self, zone: str) -> None:
        metering.move_site(self.operator, zone)
        metering.make_days_if_used(self.operator)
