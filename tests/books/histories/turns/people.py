"""Tenants come and go, and agree on terms."""

import random
from datetime import timedelta
from decimal import Decimal
from functools import partial

from tests.books.histories.doors import tenancy
from tests.books.histories.sights import Sights, Step

CYCLES = (("monthly", 1), ("monthly", 1), ("monthly", 15), ("bimonthly", 1), ("quarterly", 1))


class TenancyTurns(Sights):
    """Contracts."""

    def move_in(self, dice: random.Random) -> Step:
        operator = self.operator
        day = self.a_day(dice)
        until = day + timedelta(days=dice.randint(1, 70)) if dice.random() < 0.25 else None
        point = dice.randrange(len(operator.points))
        account = dice.randrange(1, len(operator.accounts))
        codes = operator.tariffs_of(point)
        code = dice.choice([*codes, *(["sun"] * 3 if "sun" in codes else [])])
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
        codes = sorted(set(self.operator.tariffs_of(stay.point)) - self.life.netted) if stay else []
        if not stay or {old for _, old in stay.tariffs} & self.life.netted:
            return None  # what becomes of a surplus then is a matter of other tests
        return partial(tenancy.change_tariff, self.operator, stay, dice.choice(codes), self.a_day(dice))

    def new_price(self, dice: random.Random) -> Step:
        code = dice.choice(list(self.operator.tariffs))
        registers = self.life.prices[code][0].units
        units = {register: Decimal(dice.randint(10, 90)) / 100 for register in registers}
        return partial(self.operator.publish, code, self.a_day(dice), units, Decimal(dice.randint(1, 99)) / 100)

    def change_cycle(self, dice: random.Random) -> Step:
        account = dice.randrange(len(self.operator.accounts))
        return partial(tenancy.change_cycle, self.operator, account, *dice.choice(CYCLES))

    def change_mode(self, dice: random.Random) -> Step:
        account = dice.randrange(len(self.operator.accounts))
        mode = dice.choice(["prepaid", "postpaid"])
        return partial(tenancy.change_mode, self.operator, account, mode, self.a_day(dice))

    def leave_unbilled(self, dice: random.Random) -> Step | None:
        stay = self.a_stay(dice)
        day = self.a_day(dice)
        last = day + timedelta(days=dice.choice([1, 5, 30]))
        return partial(tenancy.leave_unbilled, self.operator, stay, day, last) if stay else None

    def bill_after_all(self, dice: random.Random) -> Step | None:
        waived = self.operator.waived
        return partial(tenancy.bill_after_all, self.operator, *dice.choice(waived)) if waived else None
