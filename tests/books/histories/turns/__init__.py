"""The turns that a life can take: each is a name and a seed, so that a history can be told, played again, and cut down.

What a turn does with its seed depends on what is there: places, tenants, meters, bills. Most are what people do; some
are what they do by mistake, and are refused.
"""

import random
from datetime import date, timedelta
from functools import partial

from tests.books.histories.known import KNOWN
from tests.books.histories.operator import Operator
from tests.books.histories.sights import Step, in_words
from tests.books.histories.turns.bills import BillTurns
from tests.books.histories.turns.meters import MeterTurns
from tests.books.histories.turns.money import MoneyTurns
from tests.books.histories.turns.people import TenancyTurns
from tests.books.histories.turns.scenes import SCENES, SceneTurns

Turn = tuple[str, int]  # its name, and what chooses the rest
WEIGHTS = {
    "sleep": 16, "read": 14, "slip": 3, "read_again": 3, "take_back": 1, "move_in": 10, "move_out": 8,
    "change_end": 4, "change_owner": 1, "change_tariff": 4, "new_price": 3, "change_cycle": 3, "exchange": 4,
    "move_meter": 2, "run": 16, "rate": 4, "approve": 6, "cancel": 1, "credit": 3, "rebill": 4,
    "difference": 4, "share": 3, "pay": 6, "refund": 2, "pay_out": 2, "write_off": 2,
    "change_start": 3, "never_was": 1, "correct_factor": 2, "deposit": 1, "release": 1, "remind": 3,
    "charge_interest": 1, "swap_meters": 2, "exchange_at_another_moment": 3, "correct_moment": 3, "move_site": 1,
    "change_mode": 2, "leave_unbilled": 2, "bill_after_all": 1, "run_calendar": 5, "let_go": 2,
    "pay_company": 3, "give_back_company": 2, "fail_company": 1, "tell": 6, "settle": 1, "statement": 4,
    "statement_again": 3, "review": 2,
}  # fmt: skip


class Turns(MeterTurns, TenancyTurns, BillTurns, MoneyTurns, SceneTurns):
    """What can happen at an operator."""

    def __init__(self, operator: Operator, start: date) -> None:
        super().__init__(operator, start)
        self.weights = {name: weight for name, weight in WEIGHTS.items() if name not in KNOWN}

    def choose(self, dice: random.Random) -> Turn:
        """The next turn of a life."""
        names, weights = zip(*self.weights.items(), strict=True)
        return dice.choices(names, weights)[0], dice.randrange(10**9)

    def begin(self, dice: random.Random) -> list[Turn]:
        """How it begins: often with a hard situation, then with tenants."""
        weights = {name: 2 for name in SCENES if name not in KNOWN} | {"": len(SCENES)}
        if "sun" in self.operator.tariffs:
            weights["months_out_of_order"] = 12  # only a surplus makes their order matter
        scene = dice.choices([*weights], [*weights.values()])[0]
        names = [scene, "move_in", "move_in"] if scene else ["move_in", "move_in"]
        return [(name, dice.randrange(10**9)) for name in names]

    def play(self, turn: Turn) -> tuple[str, bool]:
        """Take it; what it was in words, with what the product said against it, and whether anything was done."""
        name, seed = turn
        dice = random.Random(seed)
        step = getattr(self, name)(dice)
        if step is None:
            return f"{name}: nothing to do", False
        today = self.operator.today
        done = self.operator.allowed(step)
        pieces = [piece for piece in (*step.args, *step.keywords.items()) if piece is not self.operator]
        sentence = ", ".join(map(in_words, pieces))
        refused = "" if done else f" -- refused: {self.operator.refusal}"
        return f"{today} {name}: {sentence}{refused}", done or name in SCENES

    def sleep(self, dice: random.Random) -> Step:
        return partial(self._sleep, dice.choice([1, 5, 10, 20, 30]))

    def _sleep(self, days: int) -> None:
        self.operator.today += timedelta(days=days)
