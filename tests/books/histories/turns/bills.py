"""Bills are made, corrected, and costs shared."""

import random
from datetime import date
from functools import partial

from tests.books.histories.doors import billing, calendar
from tests.books.histories.opinion import CENT, DAY
from tests.books.histories.sights import Sights, Step


class BillTurns(Sights):
    """Runs and corrections."""

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

    def run_calendar(self, dice: random.Random) -> Step:
        """What fell due is billed by itself."""
        return partial(calendar.run, self.operator, dice.choice([0, 0, 2, 10]))

    def let_go(self, dice: random.Random) -> Step:  # noqa: ARG002 - nothing to choose
        """What was held as odd is right."""
        return partial(calendar.let_go, self.operator)
