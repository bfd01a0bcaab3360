"""The terms by which a contract is rated, read anew."""

from sqlalchemy import text

from cloud_service.store.invoicing.rated_terms import DueContract, terms_now
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import NOVEMBER, OCTOBER


def test_terms_are_the_same_until_something_of_them_changes(world: World) -> None:
    due = [DueContract(contract, OCTOBER) for contract in world.contracts]
    before = terms_now(world.session, due)
    world.session.execute(
        text("UPDATE meter_mount SET multiplier = 2 WHERE meter_id = (SELECT max(meter_id) FROM meter_mount)")
    )
    after = terms_now(world.session, due)

    assert due == list(before)
    assert ["", "its meters"] == [before[each].changed(after[each]) for each in due]


def test_a_contract_that_is_no_more_has_none(world: World) -> None:
    assert {} == terms_now(world.session, [DueContract(999, NOVEMBER)])
