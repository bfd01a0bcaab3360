"""One life of a small operator from a seed: founded, played turn by turn, brought to its end, judged all the way."""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from sqlalchemy import Engine

from tests.books.histories.doors import billing, company, metering, money, tenancy
from tests.books.histories.einvoices import faults_of_einvoices
from tests.books.histories.judge import faults, faults_at_the_end
from tests.books.histories.operator import COUNTERS, Operator
from tests.books.histories.opinion import DAY, Life, after_waived, tariff_on
from tests.books.histories.screens import faults_of_screens
from tests.books.histories.sights import days_between
from tests.books.histories.turns import Turn, Turns

ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Auckland")
START = date(2026, 9, 1)
HUNG = START - 20 * DAY
ROUNDS = 6  # of corrections and runs at the end
END = date(2027, 12, 31)  # after all of them
PERCENT_BEFORE, PERCENT_AFTER, VAT_CHANGE = Decimal(19), Decimal(16), date(2026, 11, 10)
FIRST_PRICES = {
    "home": ({"import": Decimal("0.30")}, Decimal("0.20")),
    "shop": ({"import": Decimal("0.25")}, Decimal("0.50")),
    "sun": ({"import": Decimal("0.40")}, Decimal("0.10")),
    "twin": ({"import_day": Decimal("0.35"), "import_night": Decimal("0.15")}, Decimal("0.30")),
    "water": ({"water": Decimal("2.10")}, Decimal("0.12")),
}
tags = count(1)


class WrongMoneyError(AssertionError):
    """What the product and the second opinion do not agree on, and how to play it again."""


@dataclass
class History:
    """A seed, and as many turns as wanted; or the very turns."""

    seed: int
    length: int = 16
    turns: list[Turn] | None = None
    telling: list[str] = field(default_factory=list)
    taken: list[Turn] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def play(self, engine: Engine) -> None:
        """All of it; WrongMoneyError where something is wrong."""
        operator = new_operator(engine, self.seed)
        turns = Turns(operator, START)
        dice = random.Random(self.seed)
        begun = turns.begin(dice)
        for number in range(self.length if self.turns is None else len(self.turns)):
            chosen = begun[number] if number < len(begun) else turns.choose(dice)
            turn = chosen if self.turns is None else self.turns[number]
            self.taken.append(turn)
            sentence, done = turns.play(turn)
            self.telling.append(sentence)
            if done and turn[0] != "sleep":
                self.judge(faults(operator))
        self.end(operator, random.Random(self.seed))

    def end(self, operator: Operator, dice: random.Random) -> None:
        """Everything is read, everybody leaves, everything late is corrected, everything is billed."""
        operator.today = max(operator.today, date(2026, 12, 1)).replace(day=1) + 40 * DAY
        leaving = operator.today - DAY
        for slip in list(operator.slips):
            self.say(operator, f"correct {slip}", operator.allowed(partial(metering.correct_moment, operator, *slip)))
        read_all(operator)
        hear_all(operator)
        for run in list(operator.runs):
            self.say(operator, f"approve {run}", operator.allowed(partial(billing.approve, operator, run)))
        self.judge(faults(operator))
        self.correct_all(operator, dice)
        self.judge(faults(operator))
        for stay in operator.life.stays:
            if stay.end is None or stay.end > leaving:
                out = tenancy.move_out if stay.end is None else tenancy.change_end
                if stay.start < leaving:
                    self.say(operator, f"{stay.number} leaves", operator.allowed(partial(out, operator, stay, leaving)))
        for account in range(len(operator.accounts)):
            tenancy.change_cycle(operator, account, "monthly", 1)
        for _ in range(ROUNDS):
            self.say(operator, "run of all", operator.allowed(partial(run_all, operator)))
            self.fill_gaps(operator)
            if not self.correct_all(operator, dice):
                break
        self.judge(faults_at_the_end(operator, START, leaving.replace(day=1)))
        money.review(operator)
        self.judge(list(faults_of_screens(operator, START - 400 * DAY)))
        if self.seed % 4 == 0:
            self.judge(list(faults_of_einvoices(operator, dice)))

    def correct_all(self, operator: Operator, dice: random.Random) -> int:
        """What is marked as late is billed anew, or by a difference; how much is left to be billed."""
        papers = operator.papers()
        touched = [bill for bill in papers.bills.values() if bill.live and bill.touched]
        for bill in touched:
            ways = [billing.difference, billing.rebill]
            dice.shuffle(ways)
            done = any(operator.allowed(partial(way, operator, bill.id)) for way in ways)
            self.say(operator, f"correct {bill.number}", done)
        return len(touched) + len(papers.waiting)

    def fill_gaps(self, operator: Operator) -> None:
        """A surplus goes from bill to bill: where days before a bill are not billed, the later bills are taken back."""
        papers = operator.papers()
        until: dict[str, date] = {}
        for days, bill in sorted(papers.by_days(), key=lambda each: each[0].start):
            sun = tariff_on(operator.life, operator.points.index(days.point), days.start) in operator.life.netted
            reached = after_waived(operator.life, days.contract, until.get(days.contract, days.contract_start))
            if sun and reached != days.start:
                self.say(
                    operator, f"credit {bill.number}", operator.allowed(partial(billing.credit, operator, bill.id))
                )
            else:
                until[days.contract] = days.end

    def say(self, operator: Operator, what: str, done: bool) -> None:
        """Tell what was done at the end."""
        self.telling.append(f"{operator.today} {what}" + ("" if done else f" -- refused: {operator.refusal}"))

    def judge(self, wrong: list[str]) -> None:
        """Go on, or end with what is wrong."""
        if wrong:
            self.wrong = wrong
            raise WrongMoneyError("\n".join([f"history {self.seed}:", *self.telling, *wrong]))


def new_operator(engine: Engine, seed: int) -> Operator:
    """A company with two places, one of them with an owner who pays while it is empty, and two tariffs."""
    dice = random.Random(f"found {seed}")
    zone = dice.choice(ZONES)
    life = Life(zone)
    life.vat = {code: [(date.min, PERCENT_BEFORE)] for code in ("shop", "sun", "twin")}
    life.vat |= {"home": [(date.min, PERCENT_BEFORE), (VAT_CHANGE, PERCENT_AFTER)], "water": [(date.min, Decimal(7))]}
    life.netted = {"sun"}
    operator = Operator(engine, f"H{next(tags)}", seed, life, START, home=zone)
    power = "roof" if dice.random() < 0.4 else "power"
    operator.found([power, dice.choice([power, power, "twin", "water"])], clients=4)
    for code, (units, per_day) in FIRST_PRICES.items():
        if any(units.keys() <= set(COUNTERS[kind]) for kind in operator.kinds) and (code != "sun" or power == "roof"):
            operator.publish(code, START - 400 * DAY, dict(units), per_day)
    for point in range(len(operator.points)):
        metering.hang(
            operator, point, life.midnight(HUNG) + timedelta(hours=dice.choice([0, 9])), dice.choice([1, 1, 20])
        )
    if dice.random() < 0.6:
        tenancy.set_owner(operator, 0, 0, "shop", START)
    return operator


def read_all(operator: Operator) -> None:
    """Every midnight of every meter arrives, and slips are corrected."""
    life = operator.life
    for counter, at in sorted(operator.withdrawn):
        metering.enter(operator, counter, at, operator.counters[counter].shows(at))
    for mount in life.mounts:
        shows = operator.counters[mount.counter].shows
        for at, value in list(life.readings.get(mount.counter, {}).items()):
            if value != shows(at):
                metering.enter(operator, mount.counter, at, shows(at))
        midnights = [life.midnight(day) for day in days_between(HUNG, operator.today + DAY)]
        metering.send(operator, mount.counter, midnights)
    metering.make_days(operator)


def hear_all(operator: Operator) -> None:
    """The payment company tells all, and a person books what nobody could."""
    for news in sorted(operator.company.news, key=lambda news: news.kind != "paid"):
        company.tell(operator, news)
    company.settle(operator)


def run_all(operator: Operator) -> None:
    """One run over everything."""
    billing.rate(operator, START - 60 * DAY, operator.today)
    billing.approve(operator, operator.runs[-1])


def smallest(engine: Engine, broken: History) -> History:
    """The turns of a broken history without those that it is broken without, in the same way."""
    turns = list(broken.taken)
    place = 0
    while place < len(turns):
        shorter = History(broken.seed, turns=turns[:place] + turns[place + 1 :])
        with suppress(WrongMoneyError):
            shorter.play(engine)
        if shorter.wrong and kind_of(shorter.wrong[0]) == kind_of(broken.wrong[0]):
            turns = list(shorter.taken)
        else:
            place += 1
    return History(broken.seed, turns=turns)


def kind_of(fault: str) -> str:
    """A fault without its numbers."""
    return "".join(letter for letter in fault if letter.isalpha() or letter == " ")[:60]
