"""Money comes and goes: by hand, by the bank, by a payment company."""

import random
from datetime import timedelta
from functools import partial

from tests.books.histories.doors import bank, company, money
from tests.books.histories.opinion import CENT
from tests.books.histories.outside import Told
from tests.books.histories.sights import Sights, Step
from tests.cloud_service.payments.statements import FORMS


class MoneyTurns(Sights):
    """Payments, refunds, losses."""

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

    def pay_company(self, dice: random.Random) -> Step | None:
        """Somebody pays a bill at the payment company."""
        bill = self.a_bill(dice)
        return partial(company.pay, self.operator, bill) if bill else None

    def give_back_company(self, dice: random.Random) -> Step | None:
        """The company pays back, or the payer disputes."""
        deals = [deal for deal in self.operator.company.deals if deal.left and not deal.is_over]
        kind = dice.choice(["refunded", "disputed"])
        return partial(company.give_back, self.operator, dice.choice(deals), kind, dice.randrange(2)) if deals else None

    def fail_company(self, dice: random.Random) -> Step | None:
        """What was given back comes again."""
        news = [
            each for each in self.operator.company.news if each.kind in company.OURS and not each.deal.is_over
        ]  # fmt: skip
        return partial(company.fail_to_give_back, self.operator, dice.choice(news)) if news else None

    def tell(self, dice: random.Random) -> Step | None:
        """The company tells of something, the newest most of the time, or again."""
        news = self.operator.company.news
        return partial(company.tell, self.operator, dice.choice([*news, *news[-2:]])) if news else None

    def settle(self, dice: random.Random) -> Step:  # noqa: ARG002 - nothing to choose
        """A person books what the company told and nobody could book."""
        return partial(company.settle, self.operator)

    def statement(self, dice: random.Random) -> Step | None:
        """The bank's file: what pays bills exactly or not, what names nothing, twice the same."""
        bills = [bill for bill in (self.a_bill(dice) for _ in range(dice.randint(1, 3))) if bill and bill.total > 0]
        if any(booking.day == self.operator.today.isoformat() for booking in self.operator.bookings):
            return None  # what the bank tells of the same day by another file may be the same
        batch = len(self.operator.bookings)
        day = self.operator.today.isoformat()
        told: list[Told] = []
        for bill in bills:
            amount = dice.choice([bill.total, bill.total, CENT * dice.randint(1, 9000)])
            words = dice.choice([bill.number, bill.number.replace("-", " "), f"from me {dice.randrange(100)}"])
            told += [
                Told(bill.account, amount, day, words, f"B{batch}X{len(told) + number}", batch)
                for number in range(dice.choice([1, 1, 1, 2]))
            ]
        return partial(bank.take, self.operator, dice.choice(list(FORMS)), told) if told else None

    def statement_again(self, dice: random.Random) -> Step | None:
        """The bank tells of the same in another format."""
        bookings = self.operator.bookings
        if not bookings:
            return None
        batch = dice.choice(bookings).batch
        told = [booking for booking in bookings if booking.batch == batch]
        return partial(bank.take_again, self.operator, dice.choice(list(FORMS)), told)

    def review(self, dice: random.Random) -> Step:  # noqa: ARG002 - nothing to choose
        """What is left of prepaid accounts is looked at."""
        return partial(money.review, self.operator)
