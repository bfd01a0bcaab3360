"""Items of billing runs: claimed, rated, parked, and what they are compared with."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.outliers import UsualDay
from cloud_service.flow.rate import rate_shard
from cloud_service.store.invoicing.billing_run_items import (
    billed_before,
    cancel_items,
    claim,
    claim_accounts,
    items,
    park,
    store_rated,
    unbilled,
    unpark,
)
from common.period import Span
from tests.books.operations import rated
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import NOVEMBER, OCTOBER, issue_month, plan_run


def test_a_parked_item_names_its_contract_and_its_reason(world: World) -> None:
    world.readings(world.registers[0], OCTOBER)
    run_id = plan_run(world)
    rate_shard(world.session, run_id)

    parked = items(world.session, run_id, "parked")

    assert [("V2", True)] == [(item.contract, "reading" in item.reason) for item in parked]


def test_a_waiting_item_has_no_rating_and_a_rated_one_gives_it_back_as_it_was(world: World) -> None:
    run_id = plan_run(world)
    first, second = items(world.session, run_id)
    contract = rated(world.contracts[0], world.accounts[0], OCTOBER.start, Decimal("12.50"))

    store_rated(world.session, [(first.id, contract)])

    assert second.rated is None
    (item,) = items(world.session, run_id, "rated")
    assert contract == item.rated


def test_what_one_run_has_waiting_or_rated_no_other_takes(world: World) -> None:
    due = [(contract, OCTOBER) for contract in world.contracts]
    assert due == unbilled(world.session, due)
    run_id = plan_run(world)
    assert [] == unbilled(world.session, due)

    first, second = items(world.session, run_id)
    store_rated(
        world.session,
        [(first.id, rated(world.contracts[0], world.accounts[0], OCTOBER.start, Decimal("12.50")))],
    )
    park(world.session, [second.id], "no readings")
    assert due[1:] == unbilled(world.session, due)


def test_what_a_worker_claims_others_pass_by_until_it_is_done(world: World, engine: Engine) -> None:
    run_id = plan_run(world)
    world.session.commit()
    first_claim = claim(world.session, run_id, "waiting", 1)

    with Session(engine) as other:
        second_claim = claim(other, run_id, "waiting", 10)

    assert (1, 1) == (len(first_claim), len(second_claim))
    assert first_claim[0].id != second_claim[0].id


def test_rated_items_are_claimed_by_account(world: World, engine: Engine) -> None:
    run_id = plan_run(world)
    for item, account in zip(items(world.session, run_id), world.accounts, strict=True):
        contract = rated(item.contract_id, account, OCTOBER.start, Decimal("10.00"))
        store_rated(world.session, [(item.id, contract)])
    world.session.commit()
    first_claim = claim_accounts(world.session, run_id, 1)

    with Session(engine) as other:
        second_claim = claim_accounts(other, run_id, 10)

    assert [[world.contracts[0]], [world.contracts[1]]] == [
        [item.contract_id for item in claimed] for claimed in (first_claim, second_claim)
    ]


def test_parked_items_wait_again_and_cancelled_ones_are_over(world: World) -> None:
    run_id = plan_run(world)
    ids = [item.id for item in items(world.session, run_id)]
    park(world.session, ids, "no tariff")

    assert 1 == unpark(world.session, run_id, ids[:1])
    assert [("waiting", ""), ("parked", "no tariff")] == [(i.state, i.reason) for i in items(world.session, run_id)]

    cancel_items(world.session, run_id)
    assert ["cancelled"] * 2 == [item.state for item in items(world.session, run_id)]


def test_days_that_an_invoice_or_a_live_item_has_are_not_billed_again(world: World) -> None:
    issue_month(world)
    plan_run(world, NOVEMBER)
    autumn = Span(date(2026, 9, 1), date(2027, 1, 1))

    first, second = world.contracts
    assert [
        (first, Span(date(2026, 9, 1), OCTOBER.start)),
        (first, Span(NOVEMBER.end, autumn.end)),
        (second, Span(date(2026, 9, 1), NOVEMBER.start)),
        (second, Span(NOVEMBER.end, autumn.end)),
    ] == unbilled(world.session, [(first, autumn), (second, autumn)])


def test_an_item_is_compared_with_what_was_billed_a_day_just_before(world: World) -> None:
    issue_month(world, "310.00")  # 10.00 a day; 1000 Wh in all
    run_id = plan_run(world, NOVEMBER)

    usual = billed_before(world.session, items(world.session, run_id))

    assert {world.contracts[0]: UsualDay(Decimal(10), Decimal(1000) / 31)} == usual
