"""Random operations on the books of a small operator, and what must hold after each of them.

The operations go through the product's own steps; amounts, days, repeats and order are random. Days go forward on the
whole, but money is often told late (dated back), as in real life. Each says beforehand what it must do to the books
(`Move`) or that it must be refused.
"""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.domain.money import round_money
from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.pricing.rated_line import RatedLine, VatRate
from cloud_service.domain.rating.rated_contract import RatedContract, RatedContractFacts
from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.flow import arrangements, collect, correct_invoice, issue
from cloud_service.store.database.bulk_rows import driver
from cloud_service.store.receivables.reconciliation import reconcile
from cloud_service.store.receivables.statements_and_ageing import statement
from common.errors import ConflictError, EnergyError
from common.period import add_months
from tests.books.model import Model, Move
from tests.books.proof import Books
from tests.books.world import World

CENT = Decimal("0.01")
VAT = Decimal(19)
PAID = text(
    "SELECT p.id, p.kind, p.amount, p.amount + coalesce((SELECT sum(r.amount) FROM payment r WHERE r.reverses_id = p.id"
    " ), 0) - CASE WHEN p.kind = 'deposit' THEN coalesce((SELECT sum(r.amount) FROM payment r WHERE r.account_id = :a"
    "  AND r.provider = 'deposit' AND (r.facts->>'deposit')::bigint = p.id), 0) ELSE 0 END AS left"
    " FROM payment p WHERE p.account_id = :a AND p.amount > 0 ORDER BY p.id"
)
INVOICE = text(
    "SELECT i.id, i.net, i.tax, i.total, EXISTS (SELECT 1 FROM invoice n WHERE n.corrects_id = i.id) AS credited,"
    " coalesce((SELECT sum(x.amount) FROM allocation x WHERE x.invoice_id = i.id"
    "   AND num_nonnulls(x.payment_id, x.credit_note_id) = 0), 0) AS lost"
    " FROM invoice i WHERE i.account_id = :a AND i.kind = 'invoice' ORDER BY i.id"
)
TOTALS = text(
    "SELECT g.kind, sum(l.amount) AS amount FROM ledger_line l JOIN ledger_account g ON g.id = l.ledger_account_id"
    " GROUP BY 1 HAVING sum(l.amount) <> 0"
)
UNFIT = text(  # invoices that on some day were settled with less than nothing or more than their total
    "SELECT i.number, s.day, s.settled FROM (SELECT invoice_id, day, sum(sum(amount)) OVER (PARTITION BY invoice_id"
    "  ORDER BY day) AS settled FROM allocation GROUP BY invoice_id, day) s JOIN invoice i ON i.id = s.invoice_id"
    " WHERE s.settled < 0 OR s.settled > i.total"
)
OWED = text(
    "SELECT account_id, sum(outstanding) AS amount FROM invoice_balance WHERE outstanding <> 0 GROUP BY account_id"
)
NOTHING = Move()


class Driver:
    """Does random operations on a world; `done` counts those that were booked, `refused` those turned down.

    The session must keep one connection, and nobody else may write to its database.
    """

    def __init__(self, world: World, model: Model, books: Books, *, seed: int, number: int = 0) -> None:
        self.world = world
        self.session: Session = world.session
        self.connection = driver(world.session)
        self.random = random.Random(seed)
        self.today = date(2026, 1, 10)
        self.first = self.today
        self.number = number  # of the operation; references are made of it
        self.model = model
        self.books = books  # as read so far
        self.opened: dict[int, list[tuple[int, str, Decimal]]] = {}  # by account, as last read
        self.months = dict.fromkeys(world.contracts, 0)
        self.done: dict[str, int] = {}
        self.refused = 0
        self.told: list[tuple[Any, ...]] = []  # each operation: number, day, name, account, move
        self.must_refuse = False
        self.events: list[ProviderEvent] = []
        self.operations: list[tuple[int, Callable[[int], Move]]] = [
            (30, self.bill), (25, self.pay), (6, self.pay_as_told), (8, self.event), (4, self.again), (5, self.refund),
            (3, self.chargeback), (4, self.payout), (3, self.deposit), (3, self.release), (6, self.credit),
            (3, self.write_off), (3, self.roll_back),
        ]  # fmt: skip

    def step(self) -> None:
        """One random operation on a random account, committed or refused as a whole; then the account's books."""
        self.number += 1
        self.must_refuse = False
        if self.random.random() < 0.1:
            self.today += timedelta(days=self.random.choice([1, 1, 1, 2, 5]))
        index = self.random.randrange(len(self.world.accounts))
        weights, operations = zip(*self.operations, strict=True)
        operation = self.random.choices(operations, weights)[0]
        move = NOTHING
        try:
            move = operation(index)
            self.session.commit()
            self.done[operation.__name__] = self.done.get(operation.__name__, 0) + 1
            refused = False
        except EnergyError:
            self.session.rollback()
            self.refused += 1
            refused = True
        context = (self.number, self.today, operation.__name__, self.world.accounts[index], move)
        self.told.append(context)
        assert refused == self.must_refuse, context
        self.check(self.world.accounts[index], move, context)

    # -- what must hold ------------------------------------------------------------------------------------------------

    def check(self, account: int, move: Move, context: Any) -> None:
        """Books and documents of the account are the model's, and so are the sums of all clients.

        The ledger moved by the move and no more, and no other client has got anything.
        """
        moved = self.model.apply(account, move)
        books = self.model.books(account)
        seen = self.books.look(self.connection, account)
        assert some(books) == some(seen.books), context
        assert books == seen.documents, context
        assert all(left > 0 for _, _, left in seen.opened), context
        assert (seen.moved, seen.unbalanced, seen.strange) == (moved, 0, 0), context
        assert sum(moved.values()) == 0, context
        assert seen.numbers == self.model.numbers, context
        assert some(self.books.ledger) == some(self.model.totals), context
        assert self.books.agree, context
        self.opened[account] = seen.opened

    def check_all(self) -> None:
        """Ledger = invoices = ageing = statements, today and on a random past day; statements close as they add up."""
        totals_by_kind = {row.kind: row.amount for row in self.session.execute(TOTALS)}
        assert some(self.model.totals) == totals_by_kind
        owed = {row.account_id: row.amount for row in self.session.execute(OWED)}
        assert owed == {account: amount for account, amount in self.model.owed.items() if amount > 0}
        assert not self.session.execute(UNFIT).all()
        past = self.first + timedelta(days=self.random.randrange((self.today - self.first).days + 1))
        for day in (self.today, past):
            for proof in reconcile(self.session, day):
                assert proof.agrees, (day, proof)
        account = self.random.choice(self.world.accounts)
        report = statement(self.session, account, past, self.today)
        assert report.closing == report.outstanding - report.credit
        assert report.closing == report.opening + sum(movement.amount for movement in report.movements)

    # -- operations ----------------------------------------------------------------------------------------------------

    def bill(self, index: int) -> Move:
        """The next month of a contract; sometimes more was fed in than used."""
        contract, account = self.world.contracts[index], self.world.accounts[index]
        start = add_months(date(2020, 1, 1), self.months[contract])
        net = self.money(-2000 if self.random.random() < 0.1 else 1, 30000)
        issue.issue(
            self.session, [rated(contract, account, start, net)], bill_date=self.today, author="t",
            deliver=self.random.random() < 0.1,
        )  # fmt: skip
        self.months[contract] += 1
        tax = round_money(net * VAT / 100, "EUR")
        return Move(net + tax, ours={"revenue": -net, "tax": -tax}, numbers=("invoice",))

    def pay(self, index: int) -> Move:
        """Any amount, often dated back."""
        day = self.today - timedelta(days=self.random.choice([0, 0, 0, 1, 3, 20]))
        amount = self.money(1, 40000)
        collect.pay(
            self.session, self.world.accounts[index], amount, provider="bank", reference=str(self.number),
            day=max(day, self.first), author="t",
        )  # fmt: skip
        return received(amount)

    def pay_as_told(self, index: int) -> Move:
        """A part of some open invoices, named by the payer; sometimes more than is open."""
        account = self.world.accounts[index]
        opened = self.opened.get(account, [])
        chosen = self.random.sample(opened, min(len(opened), 2))
        to = {
            number: max(CENT, round_money(left * self.random.randint(10, 105) / 100, "EUR"))
            for _, number, left in chosen
        }
        self.must_refuse = any(to[number] > left for _, number, left in chosen)
        amount = sum(to.values(), Decimal(0)) + self.random.choice([0, 0, 10])
        if not amount:
            return NOTHING
        collect.pay(
            self.session, account, amount, provider="cash", reference=str(self.number), day=self.today, author="t",
            to=to,
        )  # fmt: skip
        return received(amount)

    def event(self, index: int) -> Move:
        """A provider's event for a payment page made before."""
        self.session.execute(
            text(
                "INSERT INTO payment_request (account_id, provider, provider_ref, url, amount, currency)"
                " VALUES (:a, 'simulated', :r, '', 1, 'EUR')"
            ),
            {"a": self.world.accounts[index], "r": f"r{self.number}"},
        )
        amount = self.money(1, 9000)
        event = ProviderEvent(
            "simulated", f"e{self.number}", "paid", f"r{self.number}", f"p{self.number}", amount, "EUR",
            self.clock(), b"{}",
        )  # fmt: skip
        assert collect.book_event(self.session, event, self.clock).outcome == "booked"
        self.events.append(event)
        return received(amount)

    def again(self, _index: int) -> Move:
        """The same event once more changes nothing."""
        if self.events:
            assert collect.book_event(self.session, self.random.choice(self.events), self.clock).outcome == "duplicate"
        return NOTHING

    def refund(self, index: int, kind: str = "refund") -> Move:
        """A part of a payment or deposit, sometimes more than it has left."""
        row = self.any_row(PAID, index)
        if row is None:
            return NOTHING
        amount = max(CENT, round_money(row.amount * self.random.randint(5, 110) / 100, "EUR"))
        self.must_refuse = amount > row.left
        collect.give_back(
            self.session, row.id, amount, reference=str(self.number), day=self.today, author="t", kind=kind
        )
        return (
            Move(deposit=-amount, ours={"cash": -amount})
            if row.kind == "deposit"
            else Move(amount, ours={"cash": -amount})
        )

    def chargeback(self, index: int) -> Move:
        """The bank takes a payment back."""
        return self.refund(index, "chargeback")

    def payout(self, index: int) -> Move:
        """Credit of the client goes out."""
        account, amount = self.world.accounts[index], self.money(1, 5000)
        self.must_refuse = amount > -self.model.books(account)["credit"]
        collect.pay_out(self.session, account, amount, reference=str(self.number), day=self.today, author="t")
        return Move(amount, ours={"cash": -amount})

    def deposit(self, index: int) -> Move:
        """A security deposit comes in."""
        amount = self.money(100, 20000)
        collect.pay(
            self.session, self.world.accounts[index], amount, provider="bank", reference=f"d{self.number}",
            day=self.today, author="t", kind="deposit",
        )  # fmt: skip
        return Move(deposit=amount, ours={"cash": amount})

    def release(self, index: int) -> Move:
        """A part of a deposit becomes credit."""
        row = self.any_row(PAID, index, "deposit")
        if row is None:
            return NOTHING
        amount = self.money(1, 9000)
        self.must_refuse = amount > row.left
        collect.release_deposit(self.session, row.id, amount, day=self.today, author="t")
        return Move(-amount, deposit=-amount)

    def credit(self, index: int) -> Move:
        """A credit note; what was written off of the invoice is owed to nobody."""
        row = self.any_row(INVOICE, index)
        if row is None:
            return NOTHING
        self.must_refuse = row.credited
        correct_invoice.credit(self.session, row.id, reason="random", day=self.today, author="t", clock=self.clock)
        ours = {"revenue": row.net, "tax": row.tax, "write_off": -row.lost}
        return Move(row.lost - row.total, ours=ours, numbers=("credit_note",))

    def write_off(self, index: int) -> Move:
        """A part of an open invoice is given up."""
        opened = self.opened.get(self.world.accounts[index], [])
        if not opened:
            return NOTHING
        id_, _, left = self.random.choice(opened)
        amount = max(CENT, round_money(left * self.random.randint(1, 100) / 100, "EUR"))
        arrangements.write_off(self.session, id_, amount, reason="random", day=self.today, author="t")
        return Move(-amount, ours={"write_off": amount})

    def roll_back(self, index: int) -> Move:
        """Something fails after all was written: nothing of it stays, the numbers are not used up."""
        self.bill(index)
        self.pay(index)
        self.months[self.world.contracts[index]] -= 1
        self.must_refuse = True
        raise ConflictError("given up on purpose")

    def any_row(self, statement: TextClause, index: int, kind: str = "") -> Any:
        """One of the account's rows, None where there are none."""
        rows = self.session.execute(statement, {"a": self.world.accounts[index]}).all()
        rows = [row for row in rows if row.kind == kind] if kind else rows
        return self.random.choice(rows) if rows else None

    def money(self, least: int, most: int) -> Decimal:
        """Cents between two bounds, never none."""
        return (self.random.randint(least, most) or 1) * CENT

    def clock(self) -> datetime:
        """Noon of today."""
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)


def some(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
    """Those that are not zero."""
    return {kind: amount for kind, amount in amounts.items() if amount}


def received(amount: Decimal) -> Move:
    """Money of a client came in."""
    return Move(-amount, ours={"cash": amount})


def rated(contract: int, account: int, start: date, net: Decimal) -> RatedContract:
    """What rating gives for a month, with one line and its VAT."""
    end = add_months(start, 1)
    tax = round_money(net * VAT / 100, "EUR")
    line = RatedLine(
        charge="energy", id="energy", label="Energy", utility="electricity", unit="kWh", tax_category="", path="",
        start=start, end=end, quantity=Decimal(1), price=net, amount_unrounded=net, amount=net, why="random",
        vat=VatRate("S", VAT),
    )  # fmt: skip
    vat = TaxLine(
        tax="VAT", label="VAT", category="S", percent=VAT, base=net, amount_unrounded=net * VAT / 100, amount=tax,
        path="", why="",
    )  # fmt: skip
    return RatedContract(
        currency="EUR", start=start, end=end, lines=(line,), taxes=(vat,), max_demand_kw=None, energy=1000, net=net,
        tax=tax, total=net + tax, total_unrounded=net + tax,
        contract=RatedContractFacts(id=contract, account_id=account),
    )  # fmt: skip
