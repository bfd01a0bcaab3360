"""Whoever works at once on the same books: nobody waits in a ring, and nobody for all accounts of others."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.batches import work
from cloud_service.domain.receivables.dunning import read_rules
from cloud_service.flow import billing_run as running
from cloud_service.flow import collect, remind
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.correct_invoice import credit
from cloud_service.flow.dunning.interest import charge_interest
from cloud_service.flow.dunning.rules import set_rules
from cloud_service.flow.issue import issue, issue_shard
from cloud_service.flow.rate import rate_again, rate_contracts, rate_shard
from cloud_service.store.batches import batches
from cloud_service.store.batches.batches import ChosenRow, NewBatch
from cloud_service.store.database.session import transaction
from cloud_service.store.receivables import overdue_invoices
from cloud_service.store.receivables.overdue_invoices import OverdueInvoice
from cloud_service.store.scope import Scope
from common.errors import ConflictError
from common.period import Span
from tests.books.test_races import together
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
BILLED = date(2026, 11, 2)
LATE = date(2027, 1, 20)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
PATIENCE_S = 20  # what does not wait for another needs no tenth of it


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=3)
    for register in world.registers:
        world.readings(register, OCTOBER)
    session.commit()
    return world


def billed(world: World, *contracts: int) -> list[int]:
    """The ids of the bills of October."""
    outcomes = rate_contracts(world.session, contracts, OCTOBER)
    issued = issue(world.session, [o.rated for o in outcomes if o.rated], bill_date=BILLED, author="t")
    world.session.commit()
    return [invoice.id for invoice in issued]


def test_a_bill_is_made_anew_while_a_run_is_issued(world: World, engine: Engine) -> None:
    (old,) = billed(world, world.contracts[0])
    run = running.plan(world.session, RunPlan(world.entity, OCTOBER, BILLED, "t"))
    rate_shard(world.session, run.id)
    running.report(world.session, run.id)
    running.approve(world.session, run.id, "boss")
    world.session.commit()

    def issue_run() -> None:
        with transaction(engine) as session:
            issue_shard(session, run.id, author="t")

    with transaction(engine) as session:
        rated = rate_again(session, old)
        note = credit(session, old, reason="wrong", day=BILLED, author="t", clock=lambda: NOON)
        beside = threading.Thread(target=issue_run)
        beside.start()
        beside.join(PATIENCE_S)
        assert not beside.is_alive()
        issue(session, rated, bill_date=BILLED, author="t", instead_of=note)

    assert {"issued"} == set(world.session.execute(text("SELECT state FROM billing_item")).scalars())
    assert 4 == world.session.execute(text("SELECT count(*) FROM invoice WHERE kind = 'invoice'")).scalar_one()
    actions = world.session.execute(text("SELECT action FROM audit ORDER BY id")).scalars().all()
    assert ["credit_note.issue", "invoice.issue"] == list(actions)[-2:]


def test_a_payment_waits_for_no_reminder_of_others(world: World, engine: Engine) -> None:
    billed(world, *world.contracts)
    paid: list[int] = []

    @contextmanager
    def begin() -> Iterator[Session]:
        with transaction(engine) as session:
            yield session
            if len(paid) < len(world.accounts):
                pay(world.accounts[len(paid)])

    def pay(account: int) -> None:
        with transaction(engine) as other:
            other.execute(text("SET LOCAL lock_timeout = '5s'"))
            collect.pay(
                other, account, Decimal(1), provider="bank", reference=str(account), day=LATE, author="t"
            )  # fmt: skip
        paid.append(account)

    # the payment of the next account is booked while the one before is being reminded
    assert 3 == len(remind.remind(begin, LATE, author="t"))
    assert world.accounts == paid


def met(engine: Engine, barrier: threading.Barrier) -> Callable[[], AbstractContextManager[Session]]:
    """Transactions of which the first waits, when it is over, for that of the other one."""
    begun: list[int] = []

    @contextmanager
    def begin() -> Iterator[Session]:
        with transaction(engine) as session:
            yield session
        begun.append(1)
        if len(begun) == 1:
            barrier.wait(PATIENCE_S)

    return begin


def test_reminders_and_interest_that_two_ask_for_at_once_are_charged_once(world: World, engine: Engine) -> None:
    billed(world, *world.contracts)
    rules = {
        "steps": [{"name": "first", "days": 5, "fee": {"EUR": "3.00"}}],
        "interest": {"person": "5", "fixed": True},
    }
    set_rules(world.session, world.entity, read_rules(rules), BILLED, today=BILLED, author="t")
    world.session.commit()

    for dun in (remind.remind, charge_interest):
        barrier = threading.Barrier(2)
        begins = [met(engine, barrier), met(engine, barrier)]
        together(*[lambda begin=begin, dun=dun: dun(begin, LATE, author="t") for begin in begins])

    def count(query: str) -> int:
        return int(world.session.execute(text(f"SELECT count(*) FROM {query}")).scalar_one())

    assert (3, 3) == (count("delivery WHERE kind = 'reminder'"), count("invoice WHERE basis ? 'fee_for'"))
    assert 3 == count("invoice WHERE basis ? 'interest_on'")


def test_what_one_account_raises_keeps_no_other_from_its_reminder(
    world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    billed(world, *world.contracts)
    record = overdue_invoices.record_step

    def fails(session: Session, invoice: OverdueInvoice, **options: Any) -> bool:
        if invoice.account == "A2":
            raise ZeroDivisionError("a fault of ours")
        return record(session, invoice, **options)

    monkeypatch.setattr(overdue_invoices, "record_step", fails)
    with pytest.raises(ConflictError, match="ZeroDivisionError: a fault of ours") as caught:
        remind.remind(lambda: transaction(engine), LATE, author="t")

    assert "left out: A2; all others are done" == caught.value.hint
    assert 2 == world.session.execute(text("SELECT count(*) FROM delivery WHERE kind = 'reminder'")).scalar_one()


def test_a_batch_of_credit_notes_locks_one_account_after_the_other_in_whatever_order(
    world: World, engine: Engine
) -> None:
    bills = billed(world, *world.contracts)
    rows = world.session.execute(text("SELECT id, public_id, number FROM invoice ORDER BY id DESC")).all()
    new = NewBatch("bills", "invoice_credit", "clerk", Scope(), BILLED)
    public_id = batches.add(world.session, new, [ChosenRow(row.id, row.public_id, row.number) for row in rows])
    batch = batches.stored(world.session, public_id, Scope())
    batches.ask_for_check(world.session, batch.id, {"reason": "wrong meter"})
    world.session.commit()

    def finish() -> None:
        worked = 1
        while worked:
            with transaction(engine) as session:
                worked = work.work(session, batch.id, NOON)

    finish()
    with transaction(engine) as session:
        assert work.let_run(session, batches.of_id(session, batch.id), "boss", NOON)
    finish()

    assert ["done"] * len(bills) == [row.state for row in batches.items(world.session, batch.id)]
    assert 3 == world.session.execute(text("SELECT count(*) FROM invoice WHERE kind = 'credit_note'")).scalar_one()
