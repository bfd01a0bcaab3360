"""What happens at the same time on the same money: nothing is lost, nothing is used twice."""

import os
import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.flow import billing_run as running
from cloud_service.flow import collect, prepaid
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_so_far
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.database.session import transaction
from cloud_service.store.receivables.prepaid import booked as booked_of
from cloud_service.store.receivables.reconciliation import reconcile
from cloud_service.store.receivables.settlement import positions
from common.period import Span, add_months
from tests.books.operations import rated
from tests.books.world import build

EVENTS = int(os.environ.get("ENERGY_PREPAID_EVENTS", "160"))
DAY = date(2026, 11, 10)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def together(*work: Callable[[], None]) -> None:
    """Run all at once; the first error of any is raised."""
    errors: list[BaseException] = []

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_racing_top_ups_consumption_and_decisions_leave_the_exact_balance(session: Session, engine: Engine) -> None:
    world = build(session)
    contract = world.tenant(mode="prepaid")
    account = world.accounts[0]
    session.commit()
    added: list[Decimal] = []
    billed: list[Decimal] = []

    def top_ups(worker: int) -> None:
        for number in range(EVENTS // 4):
            amount = Decimal(random.Random(worker * 10_000 + number).randint(1, 5000)) / 100
            with transaction(engine) as own_session:
                collect.pay(
                    own_session, account, amount, provider="cash", reference=f"{worker}:{number}", day=DAY, author="t",
                    kind="top_up",
                )  # fmt: skip
            added.append(amount)

    def consumption() -> None:
        for number in range(EVENTS // 4):
            net = Decimal(random.Random(number).randint(1, 3000)) / 100
            with transaction(engine) as own_session:
                rated_contract = rated(contract, account, add_months(date(2000, 1, 1), number), net)
                done = issue(own_session, [rated_contract], bill_date=DAY, author="t", deliver=False)
            billed.append(done[0].draft.total)

    def decisions() -> None:
        for _ in range(EVENTS // 16):
            with transaction(engine) as own_session:
                prepaid.review(own_session, [account], NOON, rate_so_far, author="t")

    together(lambda: top_ups(1), lambda: top_ups(2), consumption, decisions)
    with transaction(engine) as own_session:
        booked = booked_of(own_session, [account])[account]
        assert all(row.agrees for row in reconcile(own_session, DAY))
        used = own_session.execute(text("SELECT count(*) FROM payment")).scalar()
        position = positions(own_session, [account]).get(account)

    assert position is None or not (position.open_invoices and position.unallocated)
    assert sum(added) - sum(billed) == booked
    assert 2 * (EVENTS // 4) == used


def test_an_event_sent_by_many_at_once_is_booked_once(session: Session, engine: Engine) -> None:
    world = build(session, tenants=1)
    session.execute(
        text(
            "INSERT INTO payment_request (account_id, provider, provider_ref, url, amount, currency)"
            " VALUES (:a, 'simulated', 'r', '', 1, 'EUR')"
        ),
        {"a": world.accounts[0]},
    )
    session.commit()
    event = ProviderEvent("simulated", "e", "paid", "r", "p", Decimal("10.00"), "EUR", NOON, b"{}")
    outcomes: list[str] = []

    def send() -> None:
        with transaction(engine) as own_session:
            outcomes.append(collect.book_event(own_session, event, lambda: NOON).outcome)

    together(*[send] * 6)

    assert ["booked", *["duplicate"] * 5] == sorted(outcomes)


def test_runs_planned_at_once_never_share_a_contract(session: Session, engine: Engine) -> None:
    world = build(session, tenants=8)
    session.commit()
    span = Span(date(2026, 10, 1), date(2026, 11, 1))
    refused: list[BaseException] = []

    def plan() -> None:
        try:
            with transaction(engine) as own_session:
                running.plan(own_session, RunPlan(world.entity, span, DAY, "t"))
        except REFUSALS as error:
            refused.append(error)

    together(*[plan] * 5)
    live = session.execute(text("SELECT count(*), count(DISTINCT contract_id) FROM billing_item")).one()

    assert (8, 8) == tuple(live)
    assert all(isinstance(error, psycopg.errors.ExclusionViolation) for error in refused)


def test_two_refunds_at_once_do_not_give_a_payment_back_twice(session: Session, engine: Engine) -> None:
    world = build(session, tenants=1)
    paid = collect.pay(
        session, world.accounts[0], Decimal("10.00"), provider="bank", reference="1", day=DAY, author="t"
    ).payment_id
    session.commit()
    assert paid is not None
    outcomes: list[str] = []

    def refund(number: int) -> None:
        try:
            with transaction(engine) as own_session:
                collect.give_back(own_session, paid, Decimal("10.00"), reference=str(number), day=DAY, author="t")
                outcomes.append("booked")
        except REFUSALS:
            outcomes.append("refused")

    together(lambda: refund(1), lambda: refund(2), lambda: refund(3))

    assert ["booked", "refused", "refused"] == sorted(outcomes)
