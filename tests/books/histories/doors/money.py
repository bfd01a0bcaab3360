"""Money comes and goes."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from cloud_service.flow import arrangements, collect
from tests.books.histories.operator import WHO, Operator

PAYMENT = text(
    "SELECT id FROM payment WHERE account_id = :account AND amount > 0 AND kind <> 'deposit'"
    " ORDER BY id LIMIT 1 OFFSET :n"
)


def pay(operator: Operator, account: int, amount: Decimal, day: date) -> None:
    """Money comes, sometimes told late."""
    with operator.door() as session:
        collect.pay(
            session,
            operator.accounts[account],
            amount,
            provider="bank",
            reference=operator.reference(),
            day=day,
            author=WHO,
        )
    count(operator, account, amount)


def refund(operator: Operator, account: int, nth: int, amount: Decimal) -> None:
    """A payment, or a part of it, goes back."""
    with operator.door() as session:
        values = {"account": operator.accounts[account], "n": nth}
        payment = session.execute(PAYMENT, values).scalar_one_or_none()
        if payment is None:
            return
        collect.give_back(session, payment, amount, reference=operator.reference(), day=operator.today, author=WHO)
    count(operator, account, -amount)


def pay_out(operator: Operator, account: int, amount: Decimal) -> None:
    """Credit goes back."""
    with operator.door() as session:
        collect.pay_out(
            session, operator.accounts[account], amount, reference=operator.reference(), day=operator.today, author=WHO
        )
    count(operator, account, -amount)


def write_off(operator: Operator, account: int, invoice: int, number: str, amount: Decimal) -> None:
    """A bill, or a part of it, is given up."""
    with operator.door() as session:
        arrangements.write_off(session, invoice, amount, reason="lost", day=operator.today, author=WHO)
    bills = operator.life.lost.setdefault(account, {})
    bills[number] = bills.get(number, Decimal(0)) + amount


def count(operator: Operator, account: int, amount: Decimal) -> None:
    """Note what came in, or went out."""
    operator.life.money[account] = operator.life.money.get(account, Decimal(0)) + amount
