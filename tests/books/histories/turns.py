"""The turns that a life can take: each is a name and a seed, so that a history can be told, played again, and cut down.

What a turn does with its seed depends on what is there: places, tenants, meters, bills. Most are what people do; some
are what they do by mistake, and are refused.
"""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from tests.books.histories.doors import billing, metering, money, tenancy
from tests.books.histories.known import KNOWN
from tests.books.histories.operator import Operator
from tests.books.histories.opinion import CENT, DAY, Mount
from tests.books.histories.sights import Sights, days_between, in_words

Turn = tuple[str, int]  # its name, and what chooses the rest
Step = partial[None]
CYCLES = (("monthly", 1), ("monthly", 1), ("monthly", 15), ("bimonthly", 1), ("quarterly", 1))
PERCENT_BEFORE, PERCENT_AFTER = Decimal(19), Decimal(16)


class Turns(Sights):
    """What can happen at an operator."""

    def __init__(self, operator: Operator, start: date) -> None:
        super().__init__(operator, start)
        self.weights: dict[str, int] = {
            "sleep": 16, "read": 14, "slip": 3, "read_again": 3, "take_back": 1, "move_in": 10, "move_out": 8,
            "change_end": 4, "change_owner": 1, "change_tariff": 4, "new_price": 3, "change_cycle": 3, "exchange": 4,
            "move_meter": 2, "run": 16, "rate": 4, "approve": 6, "cancel": 1, "credit": 3, "rebill": 4,
            "difference": 4, "share": 3, "pay": 6, "refund": 2, "pay_out": 2, "write_off": 2,
            "change_start": 3, "never_was": 1, "correct_factor": 2, "deposit": 1, "release": 1, "remind": 3,
            "charge_interest": 1,
        }  # fmt: skip
        self.weights = {name: weight for name, weight in self.weights.items() if name not in KNOWN}

    def choose(self, dice: random.Random) -> Turn:
        """The next turn of a life."""
        names, weights = zip(*self.weights.items(), strict=True)
        return dice.choices(names, weights)[0], dice.randrange(10**9)

    def play(self, turn: Turn) -> tuple[str, bool]:
        """Take it; what it was in words, with what the product said against it, and whether anything was done."""
        name, seed = turn
        dice = random.Random(seed)
        step = getattr(self, name)(dice)
        if step is None:
            return f"{name}: nothing to do", False
        done = self.operator.allowed(step)
        pieces = [piece for piece in (*step.args, *step.keywords.items()) if piece is not self.operator]
        sentence = ", ".join(map(in_words, pieces))
        refused = "" if done else f" -- refused: {self.operator.refusal}"
        return f"{self.operator.today} {name}: {sentence}{refused}", done

    # -- time and readings ---------------------------------------------------------------------------------------------

    def sleep(self, dice: random.Random) -> Step:
        return partial(self._sleep, dice.choice([1, 5, 10, 20, 30]))

    def _sleep(self, days: int) -> None:
        self.operator.today += timedelta(days=days)

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
        metering.make_days(self.operator)

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
        metering.make_days(self.operator)

    # -- contracts and meters ------------------------------------------------------------------------------------------

    def move_in(self, dice: random.Random) -> Step:
        operator = self.operator
        day = self.a_day(dice)
        until = day + timedelta(days=dice.randint(1, 70)) if dice.random() < 0.25 else None
        point = dice.randrange(len(operator.points))
        account = dice.randrange(1, len(operator.accounts))
        code = dice.choice([*operator.tariffs, *(["sun"] * 3 if operator.roof else [])])
        return partial(tenancy.move_in, operator, point, account, code, (day, until))

    def move_out(self, dice: random.Random) -> Step | None:
        staying = [stay for stay in self.life.stays if stay.end is None]
        return partial(tenancy.move_out, self.operator, dice.choice(staying), self.a_day(dice)) if staying else None

    def change_end(self, dice: random.Random) -> Step | None:
        leaving = [stay for stay in self.life.stays if stay.end is not None]
        day = self.a_day(dice) if dice.random() < 0.7 else None
        stay = dice.choice(leaving) if leaving else None
        return partial(tenancy.change_end, self.operator, stay, day) if stay else None

    def change_start(self, dice: random.Random) -> Step | None:
        stay = self.a_stay(dice)
        return partial(tenancy.change_start, self.operator, stay, self.a_day(dice)) if stay else None

    def never_was(self, dice: random.Random) -> Step | None:
        stay = self.a_stay(dice)
        shared = stay and any(stay.number in share.members for share in self.life.shares)
        return partial(tenancy.never_was, self.operator, stay) if stay and not shared else None

    def change_owner(self, dice: random.Random) -> Step | None:
        stay = self.a_stay(dice)
        account = dice.randrange(1, len(self.operator.accounts))
        return partial(tenancy.change_owner, self.operator, stay, account, self.a_day(dice)) if stay else None

    def change_tariff(self, dice: random.Random) -> Step | None:
        stay = self.a_stay(dice)
        code = dice.choice(sorted(self.operator.tariffs.keys() - self.life.netted))
        if stay and {old for _, old in stay.tariffs} & self.life.netted:
            return None  # what becomes of a surplus then is a matter of other tests
        return partial(tenancy.change_tariff, self.operator, stay, code, self.a_day(dice)) if stay else None

    def new_price(self, dice: random.Random) -> Step:
        code = dice.choice(list(self.operator.tariffs))
        kwh, per_day = Decimal(dice.randint(10, 90)) / 100, Decimal(dice.randint(1, 99)) / 100
        return partial(self.operator.publish, code, self.a_day(dice), kwh, per_day)

    def change_cycle(self, dice: random.Random) -> Step:
        account = dice.randrange(len(self.operator.accounts))
        return partial(tenancy.change_cycle, self.operator, account, *dice.choice(CYCLES))

    def exchange(self, dice: random.Random) -> Step | None:
        """A new meter, or (by the same step of people) the same place with another transformer."""
        mount = self.a_mount(dice)
        at = self.a_moment(dice, self.a_day(dice, ahead=0))
        factor = dice.choice([1, 1, 20])
        return partial(self._exchange, mount, at, factor) if mount else None

    def _exchange(self, mount: Mount, at: datetime, factor: int) -> None:
        metering.exchange(self.operator, mount, at, factor)
        metering.make_days(self.operator)

    def correct_factor(self, dice: random.Random) -> Step:
        """The transformer of a meter, also of one that has gone, was another."""
        mount = dice.choice(self.life.mounts)
        return partial(metering.correct_factor, self.operator, mount, dice.choice([1, 2, 20]))

    def move_meter(self, dice: random.Random) -> Step | None:
        """A meter is taken down and hangs up again at once, with another transformer: never a place without a meter."""
        mount = self.a_mount(dice)
        at = self.a_moment(dice, self.a_day(dice, ahead=0))
        factor = dice.choice([1, 2, 30])
        return partial(self._move_meter, mount, at, factor) if mount else None

    def _move_meter(self, mount: Mount, at: datetime, factor: int) -> None:
        metering.take_down(self.operator, mount, at)
        metering.hang(self.operator, mount.point, at, factor, mount.meter)
        metering.make_days(self.operator)

    # -- bills ---------------------------------------------------------------------------------------------------------

    def run(self, dice: random.Random) -> Step | None:
        start, end = self.a_window(dice)
        return partial(self._run, start, end) if start < min(end, self.operator.today) else None

    def _run(self, start: date, end: date) -> None:
        billing.rate(self.operator, start, end)
        billing.approve(self.operator, self.operator.runs[-1])

    def rate(self, dice: random.Random) -> Step | None:
        start, end = self.a_window(dice)
        return partial(billing.rate, self.operator, start, end) if start < min(end, self.operator.today) else None

    def approve(self, dice: random.Random) -> Step | None:
        runs = self.operator.runs
        return partial(billing.approve, self.operator, dice.choice(runs)) if runs else None

    def cancel(self, dice: random.Random) -> Step | None:
        runs = self.operator.runs
        return partial(billing.cancel, self.operator, dice.choice(runs)) if runs else None

    def credit(self, dice: random.Random) -> Step | None:
        bill = self.a_bill(dice)
        return partial(billing.credit, self.operator, bill.id) if bill else None

    def rebill(self, dice: random.Random) -> Step | None:
        bill = self.a_bill(dice)
        return partial(billing.rebill, self.operator, bill.id) if bill else None

    def difference(self, dice: random.Random) -> Step | None:
        bill = self.a_bill(dice)
        return partial(billing.difference, self.operator, bill.id) if bill else None

    def share(self, dice: random.Random) -> Step | None:
        """Between tenants who live there all the time; who comes or goes in it is a matter of other tests."""
        start = self.a_day(dice)
        end = start + 30 * DAY
        stays = [stay for stay in self.life.stays if stay.lives_there(start) and stay.lives_there(end - DAY)]
        members = sorted(stay.number for stay in stays)
        return (
            partial(billing.share, self.operator, dice.randint(1, 20000) * CENT, members, start, end)
            if members
            else None
        )

    # -- money ---------------------------------------------------------------------------------------------------------

    def pay(self, dice: random.Random) -> Step:
        account = dice.randrange(len(self.operator.accounts))
        day = self.operator.today - timedelta(days=dice.choice([0, 0, 3, 30]))
        return partial(money.pay, self.operator, account, dice.randint(1, 20000) * CENT, day)

    def refund(self, dice: random.Random) -> Step:
        account = dice.randrange(len(self.operator.accounts))
        return partial(money.refund, self.operator, account, dice.randrange(3), dice.randint(1, 5000) * CENT)

    def deposit(self, dice: random.Random) -> Step:
        account = dice.randrange(len(self.operator.accounts))
        return partial(money.deposit, self.operator, account, dice.randint(1, 20000) * CENT)

    def release(self, dice: random.Random) -> Step:
        account = dice.randrange(len(self.operator.accounts))
        return partial(money.release, self.operator, account, dice.randint(1, 9000) * CENT)

    def remind(self, dice: random.Random) -> Step:  # noqa: ARG002 - nothing to choose
        return partial(money.remind, self.operator)

    def charge_interest(self, dice: random.Random) -> Step:  # noqa: ARG002 - nothing to choose
        return partial(money.charge_interest, self.operator)

    def pay_out(self, dice: random.Random) -> Step:
        account = dice.randrange(len(self.operator.accounts))
        return partial(money.pay_out, self.operator, account, dice.randint(1, 5000) * CENT)

    def write_off(self, dice: random.Random) -> Step | None:
        bill = self.a_bill(dice)
        amount = dice.randint(1, 5000) * CENT
        return partial(money.write_off, self.operator, bill.account, bill.id, bill.number, amount) if bill else None
