"""Money comes and goes."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from cloud_service.flow import arrangements, collect
from cloud_service.flow import remind as remind_step
from cloud_service.flow.dunning import interest
from cloud_service.flow.prepaid import review as review_step
from cloud_service.flow.rate import rate_so_far
from cloud_service.store.receivables.prepaid import account_ids, forget_former
from tests.books.histories.operator import WHO, Operator

DEPOSIT = text("SELECT id FROM payment WHERE account_id = :account AND kind = 'deposit' ORDER BY id LIMIT 1")
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


def pay_out(operator: Operator, account: int, amount: Decimal, times: int = 1) -> None:
    """Credit goes back, told once or twice by the same reference."""
    reference = operator.reference()
    for _ in range(times):
        with operator.door() as session:
            collect.pay_out(
                session, operator.accounts[account], amount, reference=reference, day=operator.today, author=WHO
            )
    count(operator, account, -amount)


def deposit(operator: Operator, account: int, amount: Decimal) -> None:
    """A security, which pays nothing yet."""
    with operator.door() as session:
        collect.pay(
            session, operator.accounts[account], amount, provider="bank", reference=operator.reference(),
            day=operator.today, author=WHO, kind="deposit",
        )  # fmt: skip


def release(operator: Operator, account: int, amount: Decimal) -> None:
    """A part of the first security becomes the client's credit."""
    with operator.door() as session:
        held = session.execute(DEPOSIT, {"account": operator.accounts[account]}).scalar_one_or_none()
        if held is None:
            return
        collect.release_deposit(session, held, amount, day=operator.today, author=WHO)
    count(operator, account, amount)


def remind(operator: Operator) -> None:
    """Letters of the day, with their fees."""
    remind_step.remind(operator.door, operator.today, author=WHO, entity_id=operator.entity)


def charge_interest(operator: Operator) -> None:
    """Interest up to today."""
    interest.charge_interest(operator.door, operator.today, author=WHO, entity_id=operator.entity)


def write_off(operator: Operator, account: int, invoice: int, number: str, amount: Decimal) -> None:
    """A bill, or a part of it, is given up."""
    with operator.door() as session:
        arrangements.write_off(session, invoice, amount, reason="lost", day=operator.today, author=WHO)
    bills = operator.life.lost.setdefault(account, {})
    bills[number] = bills.get(number, Decimal(0)) + amount


def review(operator: Operator) -> None:
    """The worker looks at what prepaid accounts have left."""
    with operator.door() as session:
        forget_former(session, operator.clock())  # as the worker's look begins, which sees all operators at once
        prepaid = sorted(set(account_ids(session, operator.clock())) & set(operator.accounts))
        review_step(session, prepaid, operator.clock(), rate_so_far, author=WHO)


def count(operator: Operator, account: int, amount: Decimal) -> None:
    """Note what came in, or went out."""
    operator.life.money[account] = operator.life.money.get(account, Decimal(0)) + amount
