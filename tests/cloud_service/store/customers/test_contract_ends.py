"""Where contracts end and what follows them."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.customers import contract_changes, contract_ends
from tests.books.world import START, World, build

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=1)


def test_the_next_contract_of_a_place_is_the_first_that_begins_then(world: World) -> None:
    contract = contract_changes.stored_contract(world.session, world.contracts[0])
    contract_ends.end_contract(world.session, contract.id, MARCH)
    for number, start, end in (("B", APRIL, None), ("A", MARCH, APRIL)):
        contract_changes.add_contract(
            world.session, number=number, point_id=contract.service_point_id, account_id=contract.account_id,
            start=start, end=end, vacancy=number == "A",
        )  # fmt: skip

    following = contract_ends.following_contract(world.session, contract.service_point_id, MARCH)
    assert following is not None
    assert ("A", MARCH, APRIL, True) == (following.number, following.start, following.end, following.vacancy)
    assert contract_ends.following_contract(world.session, contract.service_point_id, date(2026, 5, 1)) is None


def test_a_contract_that_no_bill_names_is_gone_and_one_that_is_named_has_no_day(world: World) -> None:
    contract = world.contracts[0]
    run = "INSERT INTO billing_run (legal_entity_id, name, during, bill_date, state, created_by)"
    world.session.execute(
        text(f"{run} SELECT :entity, 'x', '[2026-01-01,2026-02-01)', '2026-02-01', 'done', 't'"),
        {"entity": world.entity},
    )
    world.session.execute(
        text(
            "INSERT INTO billing_item (billing_run_id, contract_id, during, state)"
            " SELECT max(id), :contract, '[2026-01-01,2026-02-01)', 'cancelled' FROM billing_run"
        ),
        {"contract": contract},
    )
    contract_ends.take_back(world.session, contract)
    empty = "SELECT isempty(during) FROM contract WHERE id = :id"
    assert world.session.execute(text(empty), {"id": contract}).scalar_one()

    world.session.execute(text("DELETE FROM billing_item"))
    contract_ends.take_back(world.session, contract)
    assert world.session.execute(text(empty), {"id": contract}).scalar_one_or_none() is None


def test_a_tariff_follows_the_end_and_the_start_of_its_contract(world: World) -> None:
    contract = world.contracts[0]
    days = text("SELECT lower(during) AS start, upper(during) AS until FROM tariff_assignment WHERE contract_id = :id")
    world.session.execute(
        text("UPDATE tariff_assignment SET during = daterange(lower(during), :day) WHERE contract_id = :id"),
        {"id": contract, "day": MARCH},
    )
    contract_ends.follow_end(world.session, contract, MARCH, APRIL)
    contract_ends.move_start(world.session, contract, START, date(2026, 2, 1))

    (assigned,) = world.session.execute(days, {"id": contract})
    assert (date(2026, 2, 1), APRIL) == (assigned.start, assigned.until)


def test_a_number_that_is_taken_gets_a_counter(world: World) -> None:
    assert "V9" == contract_ends.free_number(world.session, "V9")
    assert "V1-2" == contract_ends.free_number(world.session, "V1")
