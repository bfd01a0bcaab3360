"""Hard situations, each told from its beginning in one turn: what people do in an unlucky order, or forget."""

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from tests.books.histories.doors import billing, metering, money, tenancy
from tests.books.histories.opinion import CENT, DAY, Mount, Stay
from tests.books.histories.papers import Bill
from tests.books.histories.sights import Sights, Step, days_between

SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1) for month in (9, 10, 11, 12))
SCENES = (
    "changed_before_approval", "months_out_of_order", "line_for_two_bills", "line_of_a_credited_bill",
    "line_of_who_left", "agreed_tariff_before", "reading_after_an_exchange", "factor_of_billed_days",
    "same_day_into_empty_days", "cycle_becomes_shorter", "paid_out_twice", "prepaid_paid_out", "vat_and_a_difference",
    "exchange_without_readings", "two_differences",
)  # fmt: skip


class SceneTurns(Sights):
    """Each begins on the first day of the story, at the first place."""

    def changed_before_approval(self, dice: random.Random) -> Step:
        """Between the rating and its approval somebody moves, agrees on a tariff, or reads again."""
        return partial(self._changed_before_approval, dice.choice([0, 1, 2, 3, 3, 3, 4, 5]))

    def _changed_before_approval(self, what: int) -> None:
        operator, stay = self.operator, self._tenant("shop", SEPTEMBER)
        middle = SEPTEMBER + 14 * DAY
        self._read_up_to(OCTOBER)
        billing.rate(operator, SEPTEMBER, OCTOBER)
        if what == 0:
            tenancy.move_out(operator, stay, middle)
            self._tenant("home", middle, account=2)
        elif what == 1:
            tenancy.change_tariff(operator, stay, "home", SEPTEMBER)
        elif what == 2:
            operator.publish("shop", SEPTEMBER, {"import": Decimal("0.77")}, Decimal("0.11"))
        elif what == 3:
            self._misread(OCTOBER)
        elif what == 4:
            tenancy.change_start(operator, stay, middle)
        else:
            tenancy.change_owner(operator, stay, 2, middle)
        billing.approve(operator, operator.runs[-1])

    def months_out_of_order(self, dice: random.Random) -> Step:
        """A surplus is left over from the first month; the second cannot be billed, the third is; or all in one run."""
        return partial(self._months_out_of_order, self._sunny(), dice.choice([0, 1, 1, 2]))

    def _months_out_of_order(self, code: str, way: int) -> None:
        self._tenant(code, SEPTEMBER)
        self._read_up_to(DECEMBER)
        self._bill(SEPTEMBER, OCTOBER)
        if way == 0:
            self._bill(OCTOBER, DECEMBER)
        elif way == 1:
            self._bill(NOVEMBER, DECEMBER)
            self._bill(OCTOBER, NOVEMBER)
        else:
            self._bill(OCTOBER, NOVEMBER)
            self._bill(NOVEMBER, DECEMBER)
            billing.credit(self.operator, self._bills()[0].id)
            self._bill(SEPTEMBER, OCTOBER)

    def line_for_two_bills(self, dice: random.Random) -> Step:
        """A share waits, and one run makes two bills: of the cycle to the 15th, and of the days until somebody left."""
        return partial(self._line_for_two_bills, dice.randint(100, 9999) * CENT)

    def _line_for_two_bills(self, cost: Decimal) -> None:
        operator, stay = self.operator, self._tenant("shop", SEPTEMBER)
        tenancy.change_cycle(operator, 1, "monthly", 15)
        self._read_up_to(OCTOBER + 25 * DAY)
        billing.share(operator, cost, [stay.number], SEPTEMBER, OCTOBER)
        tenancy.move_out(operator, stay, OCTOBER + 19 * DAY)
        self._bill(SEPTEMBER, OCTOBER + 25 * DAY)

    def line_of_a_credited_bill(self, dice: random.Random) -> Step:
        """A share or a difference is on a bill that is taken back, or corrects one that is."""
        return partial(self._line_of_a_credited_bill, dice.randrange(4), dice.randint(100, 9999) * CENT)

    def _line_of_a_credited_bill(self, way: int, cost: Decimal) -> None:
        operator, stay = self.operator, self._tenant("shop", SEPTEMBER)
        self._read_up_to(NOVEMBER)
        self._bill(SEPTEMBER, OCTOBER)
        self._misread(OCTOBER)
        if way == 0:
            billing.share(operator, cost, [stay.number], SEPTEMBER, OCTOBER)
        else:
            billing.difference(operator, self._bills()[0].id)
        if way < 3:
            self._bill(OCTOBER, NOVEMBER)
        bills = self._bills()
        billing.rebill(operator, bills[-1 if way < 2 else 0].id)

    def line_of_who_left(self, dice: random.Random) -> Step:
        """A difference, or a share, for somebody whose last bill is made."""
        return partial(self._line_of_who_left, dice.randrange(2), dice.randint(100, 9999) * CENT)

    def _line_of_who_left(self, way: int, cost: Decimal) -> None:
        operator, stay = self.operator, self._tenant("shop", SEPTEMBER)
        self._read_up_to(OCTOBER)
        tenancy.move_out(operator, stay, OCTOBER)
        self._bill(SEPTEMBER, OCTOBER)
        if way:
            billing.share(operator, cost, [stay.number], SEPTEMBER, OCTOBER)
        else:
            self._misread(OCTOBER)
            billing.difference(operator, self._bills()[0].id)

    def agreed_tariff_before(self, dice: random.Random) -> Step:
        """A tariff is agreed for later, and then another for the time until then."""
        return partial(self._agreed_tariff_before, dice.choice([SEPTEMBER + 9 * DAY, OCTOBER]))

    def _agreed_tariff_before(self, day: date) -> None:
        stay = self._tenant("shop", SEPTEMBER)
        tenancy.change_tariff(self.operator, stay, "home", NOVEMBER)
        operator = self.operator
        self.life.vat["third"] = self.life.vat["shop"]
        operator.publish("third", SEPTEMBER, {"import": Decimal("0.91")}, Decimal("0.07"))
        tenancy.change_tariff(operator, stay, "third", day)
        self._read_up_to(DECEMBER)
        self._bill(SEPTEMBER, DECEMBER)

    def reading_after_an_exchange(self, dice: random.Random) -> Step:
        """On the day of an exchange the new meter is read, told when the days are billed; prices change that night."""
        return partial(self._reading_after_an_exchange, dice.choice([480, 1260]), dice.randint(1, 2))

    def _reading_after_an_exchange(self, minutes: int, hours: int) -> None:
        operator, day = self.operator, SEPTEMBER + 14 * DAY
        self._tenant("shop", SEPTEMBER)
        operator.publish("shop", day + DAY, {"import": Decimal("0.88")}, Decimal("0.33"))
        self._read_up_to(SEPTEMBER + 5 * DAY)
        moment = self.life.midnight(day) + timedelta(minutes=minutes)
        operator.today = day + DAY
        metering.exchange(operator, self._meter, moment, 20)
        self._read_up_to(OCTOBER, [OCTOBER])
        self._bill(SEPTEMBER, OCTOBER)
        counter, at = self._meter.counter, moment + timedelta(hours=hours)
        ahead = at + timedelta(minutes=40)  # of before midnight: more would be no index that a later one can follow
        metering.enter(operator, counter, at, operator.counters[counter].shows(ahead))
        metering.make_days(operator)

    def factor_of_billed_days(self, dice: random.Random) -> Step:
        """A transformer is changed at an odd minute; when it is billed, one of the two proves to have been another."""
        return partial(self._factor_of_billed_days, dice.randrange(2))

    def _factor_of_billed_days(self, which: int) -> None:
        operator, middle = self.operator, SEPTEMBER + 14 * DAY
        self._tenant("shop", SEPTEMBER)
        self._read_up_to(middle)
        metering.move(operator, [(self._meter, 0, 30)], self.life.midnight(middle) + timedelta(minutes=607))
        self._read_up_to(OCTOBER)
        self._bill(SEPTEMBER, OCTOBER)
        mounts = [mount for mount in self.life.mounts if (mount.point, mount.register) == (0, "import")]
        metering.correct_factor(operator, mounts[which], 7)

    def same_day_into_empty_days(self, dice: random.Random) -> Step:
        """Where an owner pays for empty days, somebody comes on the day that somebody leaves; both are billed."""
        return partial(self._same_day_into_empty_days, dice.choice([0, 0, 5]))

    def _same_day_into_empty_days(self, days: int) -> None:
        operator, middle = self.operator, SEPTEMBER + 14 * DAY
        if 0 not in self.life.owners:
            tenancy.set_owner(operator, 0, 0, "shop", SEPTEMBER)
        stay = self._tenant("shop", SEPTEMBER + 3 * DAY)
        tenancy.move_out(operator, stay, middle)
        self._tenant("home", middle + days * DAY, account=2)
        self._read_up_to(OCTOBER)
        self._bill(SEPTEMBER, OCTOBER)

    def cycle_becomes_shorter(self, dice: random.Random) -> Step:
        """Who was billed by the quarter is billed by the month, in the middle of a quarter."""
        return partial(self._cycle_becomes_shorter, dice.choice(["quarterly", "bimonthly"]))

    def _cycle_becomes_shorter(self, cycle: str) -> None:
        self._tenant("shop", SEPTEMBER)
        tenancy.change_cycle(self.operator, 1, cycle, 1)
        self._read_up_to(DECEMBER)
        tenancy.change_cycle(self.operator, 1, "monthly", 1)
        self._bill(NOVEMBER, DECEMBER)

    def paid_out_twice(self, dice: random.Random) -> Step:
        """Credit goes back, and somebody presses twice."""
        return partial(self._paid_out_twice, dice.randint(100, 2000) * CENT)

    def _paid_out_twice(self, amount: Decimal) -> None:
        money.pay(self.operator, 1, amount, self.operator.today)
        money.pay(self.operator, 1, amount, self.operator.today)
        money.pay_out(self.operator, 1, amount, times=2)

    def prepaid_paid_out(self, dice: random.Random) -> Step:
        """Who paid before and has left wants it all back before the last bill."""
        return partial(self._prepaid_paid_out, dice.randint(50, 200) * Decimal(1))

    def _prepaid_paid_out(self, amount: Decimal) -> None:
        operator = self.operator
        tenancy.change_mode(operator, 1, "prepaid", SEPTEMBER)
        stay = self._tenant("shop", SEPTEMBER)
        money.pay(operator, 1, amount, operator.today)
        self._read_up_to(OCTOBER)
        tenancy.move_out(operator, stay, OCTOBER)
        money.review(operator)
        if operator.allowed(partial(money.pay_out, operator, 1, amount)):
            operator.wrong.append(f"{amount} were paid out before the days that it is for were billed")

    def vat_and_a_difference(self, dice: random.Random) -> Step:
        """The VAT changes inside of a bill, to which a difference comes, and another."""
        return partial(self._vat_and_a_difference, dice.randrange(2))

    def _vat_and_a_difference(self, more: int) -> None:
        operator, stay = self.operator, self._tenant("home", NOVEMBER)
        self._read_up_to(DECEMBER)
        self._bill(NOVEMBER, DECEMBER)
        for number in range(1 + more):
            self._misread(DECEMBER - number * 10 * DAY)
            billing.difference(operator, self._bills()[0].id)
        tenancy.move_out(operator, stay, DECEMBER + 3 * DAY)

    def exchange_without_readings(self, dice: random.Random) -> Step:
        """A meter comes in the afternoon and is not read before the month is to be billed."""
        return partial(self._exchange_without_readings, dice.choice([607, 900, 1260]), dice.choice([0, 13]))

    def _exchange_without_readings(self, minutes: int, days: int) -> None:
        operator, day = self.operator, OCTOBER - DAY - days * DAY
        self._tenant("shop", SEPTEMBER)
        self._read_up_to(day)
        moment = self.life.midnight(day) + timedelta(minutes=minutes)
        operator.today = OCTOBER + DAY
        metering.exchange(operator, self._meter, moment, 1)
        metering.make_days(operator)
        self._bill(SEPTEMBER, OCTOBER)

    def two_differences(self, dice: random.Random) -> Step:
        """Readings of a billed month change twice, each time with a difference."""
        return partial(self._two_differences, dice.randrange(2))

    def _two_differences(self, between: int) -> None:
        self._tenant("shop", SEPTEMBER)
        self._read_up_to(NOVEMBER)
        self._bill(SEPTEMBER, OCTOBER)
        for number in range(2):
            self._misread(OCTOBER, hours=20 - 9 * number)
            billing.difference(self.operator, self._bills()[0].id)
            if between and not number:
                self._bill(OCTOBER, NOVEMBER)

    # -- what they are made of -----------------------------------------------------------------------------------------

    def _tenant(self, code: str, day: date, account: int = 1) -> Stay:
        tenancy.move_in(self.operator, 0, account, code, (day, None))
        return self.life.stays[-1]

    def _sunny(self) -> str:
        return "sun" if "sun" in self.operator.tariffs else "shop"

    @property
    def _meter(self) -> Mount:
        return next(mount for mount in self.hanging if (mount.point, mount.register) == (0, "import"))

    def _read_up_to(self, day: date, days: list[date] | None = None) -> None:
        """The place is read at each midnight, or at some, up to a day; some days later it is told."""
        self.operator.today = max(self.operator.today, day + 4 * DAY)
        moments = [self.life.midnight(each) for each in days or days_between(self.start - DAY, day + DAY)]
        for mount in [mount for mount in self.hanging if mount.point == 0]:
            metering.send(self.operator, mount.counter, moments)
        metering.make_days_if_used(self.operator)

    def _misread(self, day: date, hours: int = 20) -> None:
        """Somebody corrects a midnight to what was shown some hours later."""
        counter, at = self._meter.counter, self.life.midnight(day)
        metering.enter(self.operator, counter, at, self.operator.counters[counter].shows(at + timedelta(hours=hours)))
        metering.make_days(self.operator)

    def _bill(self, start: date, end: date) -> None:
        billing.rate(self.operator, start, end)
        billing.approve(self.operator, self.operator.runs[-1])

    def _bills(self) -> list[Bill]:
        """The live bills, the oldest first."""
        return [bill for bill in self.papers.bills.values() if bill.live]
