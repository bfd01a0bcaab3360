"""Days of contracts, mounts, tariffs and modes as they change."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cloud_service.store.customers import contract_changes, contract_ends
from cloud_service.store.customers.contract_changes import BillingCycle, RunningContract, StoredContract
from common.errors import ConflictError, NotFoundError
from tests.books.world import START, World, build

MARCH = date(2026, 3, 1)


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=1)


def contract_of(world: World) -> StoredContract:
    return contract_changes.stored_contract(world.session, world.contracts[0])


def test_a_contract_that_ends_has_its_last_day_before(world: World) -> None:
    contract_ends.end_contract(world.session, world.contracts[0], MARCH)
    contract = contract_of(world)

    assert (START, MARCH) == (contract.start, contract.end)
    assert contract_changes.running_contract(world.session, contract.service_point_id, MARCH) is None
    assert RunningContract(contract.id, "V1", vacancy=False) == contract_changes.running_contract(
        world.session, contract.service_point_id, date(2026, 2, 28)
    )


def test_a_point_has_one_contract_at_a_time(world: World) -> None:
    contract = contract_of(world)

    with pytest.raises(IntegrityError, match="ex_contract_point"):
        contract_changes.add_contract(
            world.session, number="V2", point_id=contract.service_point_id, account_id=contract.account_id,
            start=MARCH, end=None,
        )  # fmt: skip


def test_the_owner_of_an_empty_flat_is_remembered_at_its_point(world: World) -> None:
    contract = contract_of(world)
    before = contract_changes.vacancy_of(world.session, contract.id)
    contract_changes.set_vacancy(world.session, contract.service_point_id, contract.account_id, world.tariff)
    vacancy = contract_changes.vacancy_of(world.session, contract.id)

    assert before is None
    assert vacancy is not None
    assert ("Flat 1", contract.account_id, world.tariff) == (vacancy.point, vacancy.account_id, vacancy.tariff_id)


def test_a_tariff_ends_on_the_day_before_the_next_begins(world: World) -> None:
    contract_id = world.contracts[0]
    contract_changes.end_assignment(world.session, contract_id, MARCH)

    assert world.tariff == contract_changes.tariff_on(world.session, contract_id, date(2026, 2, 28))
    with pytest.raises(ConflictError, match="the contract has no tariff on 2026-03-01"):
        contract_changes.tariff_on(world.session, contract_id, MARCH)
    contract_changes.assign_tariff(world.session, contract_id, world.tariff, MARCH, None)
    assert world.tariff == contract_changes.tariff_on(world.session, contract_id, MARCH)


def test_a_changed_cycle_tells_what_it_was(world: World) -> None:
    account = world.accounts[0]
    before = contract_changes.set_cycle(world.session, account, BillingCycle("quarterly", 15))

    assert BillingCycle("monthly", 1) == before
    assert BillingCycle("quarterly", 15) == contract_changes.set_cycle(world.session, account, before)
    with pytest.raises(NotFoundError, match="there is no account"):
        contract_changes.set_cycle(world.session, account + 1, before)


def test_a_changed_mode_ends_the_one_before_and_holds_up_to_a_later_one(world: World) -> None:
    account = world.accounts[0]
    first = contract_changes.set_mode(world.session, account, "prepaid", MARCH)
    second = contract_changes.set_mode(world.session, account, "prepaid", date(2026, 2, 1))
    third = contract_changes.set_mode(world.session, account, "postpaid", MARCH)
    rows = world.session.execute(text("SELECT mode, during::text FROM account_mode ORDER BY lower(during)"))

    assert ("postpaid", "postpaid", "prepaid") == (first, second, third)
    assert [
        ("postpaid", "[2026-01-01,2026-02-01)"), ("prepaid", "[2026-02-01,2026-03-01)"), ("postpaid", "[2026-03-01,)"),
    ] == [tuple(row) for row in rows]  # fmt: skip


def test_what_must_fit_together_is_told_with_its_owners(world: World) -> None:
    contract = contract_of(world)
    sides = contract_changes.entities_and_currencies(
        world.session, contract.service_point_id, contract.account_id, world.tariff
    )

    assert {world.entity} == {sides.point_entity, sides.account_entity, sides.tariff_entity}
    assert ("EUR", "EUR") == (sides.account_currency, sides.tariff_currency)


def test_a_contract_that_is_not_there_is_told(session: Session) -> None:
    with pytest.raises(NotFoundError, match="there is no contract 7"):
        contract_changes.stored_contract(session, 7)
    assert contract_changes.billed_until(session, 7) is None
