from datetime import date

from sqlalchemy import text

from cloud_service.flow.customers.contract import move_out, set_vacancy
from tests.books.world import World
from tests.cloud_service.flow.customers.contract.october import MIDDLE, point

OWNER = "SELECT lower(during) AS start, account_id FROM contract WHERE vacancy"


def test_an_empty_flat_is_the_owners_from_the_day_that_is_said(world: World) -> None:
    flat = point(world, world.contracts[0])
    move_out(world.session, world.contracts[0], MIDDLE, author="t")
    set_vacancy(world.session, flat, world.accounts[2], world.tariff, author="t", since=date(2026, 10, 20))

    (owner,) = world.session.execute(text(OWNER))
    assert (date(2026, 10, 20), world.accounts[2]) == (owner.start, owner.account_id)


def test_a_flat_that_somebody_lives_in_is_the_owners_from_the_next_move_out_on(world: World) -> None:
    set_vacancy(world.session, point(world, world.contracts[0]), world.accounts[2], world.tariff, author="t")

    assert [] == world.session.execute(text(OWNER)).all()
    move_out(world.session, world.contracts[0], MIDDLE, author="t")
    assert [MIDDLE] == [owner.start for owner in world.session.execute(text(OWNER))]


def test_a_contract_of_the_owner_stays_one_when_somebody_else_becomes_the_owner(world: World) -> None:
    flat = point(world, world.contracts[0])
    set_vacancy(world.session, flat, world.accounts[2], world.tariff, author="t")
    move_out(world.session, world.contracts[0], MIDDLE, author="t")
    set_vacancy(world.session, flat, world.accounts[1], world.tariff, author="t")

    assert [world.accounts[2]] == [owner.account_id for owner in world.session.execute(text(OWNER))]
