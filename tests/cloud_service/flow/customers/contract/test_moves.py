from datetime import date

import pytest

from cloud_service.flow.customers.contract import (
    MoveIn,
    change_owner,
    move_in,
    move_out,
)
from cloud_service.store.customers import contract_changes
from common.errors import ConflictError
from tests.books.world import World
from tests.cloud_service.flow.customers.contract.october import MIDDLE, bill_october, point


def test_a_new_tenant_and_the_old_one_are_billed_their_own_days(world: World) -> None:
    move_out(world.session, world.contracts[0], MIDDLE, author="t")
    move_in(
        world.session,
        MoveIn("V9", point(world, world.contracts[0]), world.accounts[1], world.tariff, MIDDLE),
        author="t",
    )
    bills = bill_october(world)

    assert [("A1", date(2026, 10, 1), MIDDLE), ("A2", date(2026, 10, 1), date(2026, 11, 1)),
            ("A2", MIDDLE, date(2026, 11, 1)), ("A3", date(2026, 10, 1), date(2026, 11, 1))] == [
        (bill.account, bill.start, bill.until) for bill in bills
    ]  # fmt: skip
    assert 298_000 * 3 == sum(bill.energy for bill in bills)


def test_nobody_moves_in_where_somebody_lives(world: World) -> None:
    with pytest.raises(ConflictError, match="runs on"):
        move_in(
            world.session, MoveIn("V9", point(world, world.contracts[0]), world.accounts[1], world.tariff, MIDDLE),
            author="t",
        )  # fmt: skip


def test_an_empty_flat_is_charged_to_its_owner_until_the_next_tenant(world: World) -> None:
    here = point(world, world.contracts[0])
    contract_changes.set_vacancy(world.session, here, world.accounts[2], world.tariff)
    vacant = move_out(world.session, world.contracts[0], date(2026, 10, 11), author="t")
    move_in(world.session, MoveIn("V9", here, world.accounts[1], world.tariff, date(2026, 10, 21)), author="t")

    assert vacant is not None
    contract = contract_changes.stored_contract(world.session, vacant)
    assert (world.accounts[2], date(2026, 10, 11), date(2026, 10, 21)) == (
        contract.account_id,
        contract.start,
        contract.end,
    )


def test_days_that_are_billed_cannot_be_given_up_without_a_credit_note(world: World) -> None:
    bill_october(world)

    with pytest.raises(ConflictError, match="billed already"):
        move_out(world.session, world.contracts[0], MIDDLE, author="t")


def test_a_change_of_owner_keeps_point_and_tariff(world: World) -> None:
    new = change_owner(world.session, world.contracts[0], world.accounts[1], MIDDLE, author="t", reason="sold")
    contract = contract_changes.stored_contract(world.session, new)

    assert (point(world, world.contracts[0]), world.accounts[1]) == (contract.service_point_id, contract.account_id)


def test_who_takes_over_a_contract_with_an_end_stays_until_then(world: World) -> None:
    move_out(world.session, world.contracts[0], date(2026, 10, 25), author="t")
    successor = change_owner(world.session, world.contracts[0], world.accounts[1], MIDDLE, author="t", reason="sold")

    stored = contract_changes.stored_contract(world.session, successor)
    assert (MIDDLE, date(2026, 10, 25)) == (stored.start, stored.end)
