"""Random operations on the books of a small operator, and what must hold after each of them.

The operations go through the product's own steps; amounts, days, repeats and order are random. Days go forward on the
whole, but money is often told late (dated back), as in real life.
"""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.domain.money import plain, round_money
from cloud_service.domain.payment import ProviderEvent
from cloud_service.flow import collect, correct, forbear, issue
from cloud_service.store import settling
from cloud_service.store.reports import reconcile, statement
from common.errors import ConflictError, EnergyError
from common.period import add_months
from tests.books.world import World

CENT = Decimal("0.01")
VAT = Decimal(19)
PAID = text("SELECT id, kind, amount FROM payment WHERE account_id = :a AND amount > 0 ORDER BY id")
INVOICE = text("SELECT id, total FROM invoice WHERE account_id = :a AND kind = 'invoice' ORDER BY id")
DEPOSIT = text("SELECT id FROM payment WHERE account_id = :a AND kind = 'deposit' ORDER BY id")
ACCOUNT_BALANCES = text(
    "SELECT g.kind, sum(l.amount) AS amount FROM ledger_line l JOIN ledger_account g ON g.id = l.ledger_account_id"
    " WHERE g.account_id = :a GROUP BY g.kind"
)
HELD = text(
    # Deposits received, less what of them was given back or released.
    "SELECT coalesce(sum(amount), 0) FROM (SELECT amount FROM payment WHERE account_id = :a AND kind = 'deposit'"
    " UNION ALL SELECT r.amount FROM payment r JOIN payment d ON d.id = r.reverses_id AND d.kind = 'deposit'"
    "   WHERE d.account_id = :a"
    " UNION ALL SELECT -amount FROM payment WHERE account_id = :a AND provider = 'deposit' AND amount > 0) held"
)


class Driver:
    """Does random operations on a world; `done` counts those that were booked, `refused` those turned down."""

    def __init__(self, world: World, seed: int, number: int = 0) -> None:
        self.world = world
        self.session: Session = world.session
        self.random = random.Random(seed)
        self.today = date(2026, 1, 10)
        self.first = self.today
        self.number = number  # of the operation; references are made of it
        self.months = dict.fromkeys(world.contracts, 0)
        self.done: dict[str, int] = {}
        self.refused = 0
        self.events: list[ProviderEvent] = []
        self.operations: list[tuple[int, Callable[[int], Any]]] = [
            (30, self.bill), (25, self.pay), (6, self.pay_as_told), (8, self.event), (4, self.again), (5, self.refund),
            (3, self.chargeback), (4, self.payout), (3, self.deposit), (3, self.release), (6, self.credit),
            (3, self.write_off), (3, self.roll_back),
        ]  # fmt: skip

    def step(self) -> None:
        """One random operation on a random account, committed or refused as a whole; then the account's books."""
        self.number += 1
        if self.random.random() < 0.1:
            self.today += timedelta(days=self.random.choice([1, 1, 1, 2, 5]))
        index = self.random.randrange(len(self.world.accounts))
        weights, operations = zip(*self.operations, strict=True)
        operation = self.random.choices(operations, weights)[0]
        try:
            operation(index)
            self.session.commit()
            self.done[operation.__name__] = self.done.get(operation.__name__, 0) + 1
        except EnergyError:
            self.session.rollback()
            self.refused += 1
        self.check_account(self.world.accounts[index])

    # -- what must hold ------------------------------------------------------------------------------------------------

    def check_account(self, account: int) -> None:
        """Receivable = open invoices, credit = free money, deposit = deposits held."""
        books = {row.kind: row.amount for row in self.session.execute(ACCOUNT_BALANCES, {"a": account})}
        opened = settling.open_invoices(self.session, [account]).get(account, [])
        free = settling.free_money(self.session, [account]).get(account, [])
        told = (account, self.number, self.today)
        assert sum(one.left for one in opened) == books.get("receivable", 0), told
        assert sum(one.left for one in free) == -books.get("credit", 0), told
        assert self.session.execute(HELD, {"a": account}).scalar_one() == -books.get("deposit", 0), told
        assert not (opened and free), f"free money beside open invoices: {told}"

    def check_all(self) -> None:
        """Ledger = invoices = ageing = statements, today and on a random past day; statements close as they add up."""
        past = self.first + timedelta(days=self.random.randrange((self.today - self.first).days + 1))
        for day in (self.today, past):
            for one in reconcile(self.session, day):
                assert one.agrees, (day, one)
        account = self.random.choice(self.world.accounts)
        found = statement(self.session, account, past, self.today)
        assert found.closing == found.outstanding - found.credit
        assert found.closing == found.opening + sum(one.amount for one in found.movements)

    # -- operations ----------------------------------------------------------------------------------------------------

    def bill(self, index: int) -> None:
        """The next month of a contract; sometimes more was fed in than used."""
        contract, account = self.world.contracts[index], self.world.accounts[index]
        start = add_months(date(2020, 1, 1), self.months[contract])
        net = self.money(-2000 if self.random.random() < 0.1 else 1, 30000)
        issue.issue(
            self.session, [rated(contract, account, start, net)], bill_date=self.today, author="t",
            deliver=self.random.random() < 0.1,
        )  # fmt: skip
        self.months[contract] += 1

    def pay(self, index: int) -> None:
        """Any amount, often dated back."""
        day = self.today - timedelta(days=self.random.choice([0, 0, 0, 1, 3, 20]))
        collect.pay(
            self.session, self.world.accounts[index], self.money(1, 40000), provider="bank",
            reference=str(self.number), day=max(day, self.first), author="t",
        )  # fmt: skip

    def pay_as_told(self, index: int) -> None:
        """A part of some open invoices, named by the payer; sometimes more than is open."""
        account = self.world.accounts[index]
        opened = settling.open_invoices(self.session, [account]).get(account, [])
        chosen = self.random.sample(opened, min(len(opened), 2))
        to = {
            one.number: max(CENT, round_money(one.left * self.random.randint(10, 105) / 100, "EUR")) for one in chosen
        }
        amount = sum(to.values(), Decimal(0)) + self.random.choice([0, 0, 10])
        if amount > 0:
            collect.pay(
                self.session, account, amount, provider="cash", reference=str(self.number), day=self.today, author="t",
                to=to,
            )  # fmt: skip

    def event(self, index: int) -> None:
        """A provider's event for a payment page made before."""
        self.session.execute(
            text(
                "INSERT INTO payment_request (account_id, provider, provider_ref, url, amount, currency)"
                " VALUES (:a, 'simulated', :r, '', 1, 'EUR')"
            ),
            {"a": self.world.accounts[index], "r": f"r{self.number}"},
        )
        event = ProviderEvent(
            "simulated", f"e{self.number}", "paid", f"r{self.number}", f"p{self.number}", self.money(1, 9000), "EUR",
            datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC), b"{}",
        )  # fmt: skip
        assert collect.book(self.session, event, self.clock).outcome == "booked"
        self.events.append(event)

    def again(self, _index: int) -> None:
        """The same event once more changes nothing."""
        if self.events:
            assert collect.book(self.session, self.random.choice(self.events), self.clock).outcome == "duplicate"

    def refund(self, index: int, kind: str = "refund") -> None:
        """A part of a payment or deposit, sometimes more than it has left."""
        row = self.any_row(PAID, index)
        if row:
            amount = max(CENT, round_money(row.amount * self.random.randint(5, 110) / 100, "EUR"))
            collect.give_back(
                self.session, row.id, amount, reference=str(self.number), day=self.today, author="t", kind=kind
            )

    def chargeback(self, index: int) -> None:
        """The bank takes a payment back."""
        self.refund(index, "chargeback")

    def payout(self, index: int) -> None:
        """Credit of the client goes out."""
        collect.pay_out(
            self.session, self.world.accounts[index], self.money(1, 5000), reference=str(self.number), day=self.today,
            author="t",
        )  # fmt: skip

    def deposit(self, index: int) -> None:
        """A security deposit comes in."""
        collect.pay(
            self.session, self.world.accounts[index], self.money(100, 20000), provider="bank",
            reference=f"d{self.number}", day=self.today, author="t", kind="deposit",
        )  # fmt: skip

    def release(self, index: int) -> None:
        """A part of a deposit becomes credit."""
        row = self.any_row(DEPOSIT, index)
        if row:
            collect.release_deposit(self.session, row.id, self.money(1, 9000), day=self.today, author="t")

    def credit(self, index: int) -> None:
        """A credit note, and half of the time a new bill for the same days."""
        row = self.any_row(INVOICE, index)
        if row:
            if row.total < 0:
                raise ConflictError("kept out: its credit may be used")
            correct.credit(self.session, row.id, reason="random", day=self.today, author="t", clock=self.clock)

    def write_off(self, index: int) -> None:
        """A part of an open invoice is given up."""
        account = self.world.accounts[index]
        opened = settling.open_invoices(self.session, [account]).get(account, [])
        if opened:
            one = self.random.choice(opened)
            amount = max(CENT, round_money(one.left * self.random.randint(1, 100) / 100, "EUR"))
            forbear.write_off(self.session, one.id, amount, reason="random", day=self.today, author="t")

    def roll_back(self, index: int) -> None:
        """Something fails after all was written: nothing of it stays, the numbers are not used up."""
        contract = self.world.contracts[index]
        self.bill(index)
        self.pay(index)
        self.months[contract] -= 1
        raise ConflictError("given up on purpose")

    def any_row(self, statement: TextClause, index: int) -> Any:
        """One of the account's rows, None where there are none."""
        rows = self.session.execute(statement, {"a": self.world.accounts[index]}).all()
        return self.random.choice(rows) if rows else None

    def money(self, least: int, most: int) -> Decimal:
        """Cents between two bounds, never none."""
        return (self.random.randint(least, most) or 1) * CENT

    def clock(self) -> datetime:
        """Noon of today."""
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)


def rated(contract: int, account: int, start: date, net: Decimal) -> dict[str, Any]:
    """What rating gives for a month, with one line and its VAT."""
    end = add_months(start, 1)
    tax = round_money(net * VAT / 100, "EUR")
    line = {
        "charge": "energy", "id": "energy", "label": "Energy", "utility": "electricity", "quantity": "1", "unit": "kWh",
        "price": plain(net), "amount_unrounded": plain(net), "amount": str(net), "tax_category": "", "path": "",
        "start": start.isoformat(), "end": end.isoformat(), "why": "random", "vat": ["S", "19"],
    }  # fmt: skip
    taxed = {
        "tax": "VAT", "label": "VAT", "category": "S", "percent": "19", "base": str(net), "amount": str(tax),
        "amount_unrounded": plain(net * VAT / 100), "path": "", "why": "",
    }  # fmt: skip
    return {
        "currency": "EUR", "start": start.isoformat(), "end": end.isoformat(), "lines": [line], "taxes": [taxed],
        "net": str(net), "tax": str(tax), "total": str(net + tax), "total_unrounded": str(net + tax), "energy": 1000,
        "max_demand_kw": None, "history": {}, "sources": [], "usage": [],
        "contract": {"id": contract, "account_id": account, "point": "", "number": "", "tariffs": []},
    }  # fmt: skip
