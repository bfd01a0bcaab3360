"""The first day of a contract moved, and contracts that never were."""

from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.flow import correct_invoice
from cloud_service.flow.customers.contract import (
    MoveIn,
    change_start,
    move_in,
    move_out,
    set_vacancy,
    take_back_contract,
)
from cloud_service.store.customers import contract_changes
from common.errors import ConflictError, InputError
from tests.books.world import World, noon
from tests.cloud_service.flow.customers.contract.october import MIDDLE, bill_october, point

START, EARLIER, LATER = date(2026, 1, 1), date(2026, 10, 10), date(2026, 10, 20)
DAYS = """
SELECT c.number, lower(c.during) AS start, upper(c.during) AS until, lower(t.during) AS priced_from
  FROM contract c LEFT JOIN tariff_assignment t ON t.contract_id = c.id
 WHERE c.service_point_id = :point AND NOT isempty(c.during) ORDER BY start
"""


def days(world: World) -> list[tuple[str, date, date | None]]:
    rows = world.session.execute(text(DAYS), {"point": point(world, world.contracts[0])}).all()
    assert [row.start for row in rows] == [row.priced_from for row in rows]
    return [(row.number, row.start, row.until) for row in rows]


@pytest.fixture
def new_tenant(world: World) -> int:
    """The first tenant left on the 11th, the owner pays until the next one comes on the 16th."""
    here = point(world, world.contracts[0])
    set_vacancy(world.session, here, world.accounts[2], world.tariff, author="t")
    move_out(world.session, world.contracts[0], date(2026, 10, 11), author="t")
    return move_in(world.session, MoveIn("V9", here, world.accounts[1], world.tariff, MIDDLE), author="t")


OWNER = "Flat 1-VAC-20261011"


def test_a_later_first_day_gives_the_days_before_to_the_owner(world: World, new_tenant: int) -> None:
    change_start(world.session, new_tenant, LATER, author="t", reason="keys came later")

    assert [
        ("V1", START, date(2026, 10, 11)), (OWNER, date(2026, 10, 11), LATER), ("V9", LATER, None),
    ] == days(world)  # fmt: skip


def test_an_earlier_first_day_takes_the_owners_days(world: World, new_tenant: int) -> None:
    change_start(world.session, new_tenant, date(2026, 10, 13), author="t", reason="keys came earlier")
    assert (OWNER, date(2026, 10, 11), date(2026, 10, 13)) == days(world)[1]

    change_start(world.session, new_tenant, date(2026, 10, 11), author="t", reason="at once")
    assert [("V1", START, date(2026, 10, 11)), ("V9", date(2026, 10, 11), None)] == days(world)
    with pytest.raises(ConflictError, match="contract V1 runs until 2026-10-11") as refused:
        change_start(world.session, new_tenant, EARLIER, author="t", reason="too early")
    assert "occupied" == refused.value.code


def test_who_came_later_than_the_former_tenant_left_leaves_the_days_between_to_the_owner(
    world: World, new_tenant: int
) -> None:
    change_start(world.session, new_tenant, date(2026, 10, 11), author="t", reason="at once")
    change_start(world.session, new_tenant, LATER, author="t", reason="no")

    assert [OWNER, "V9"] == [number for number, _, _ in days(world)[1:]]
    assert (date(2026, 10, 11), LATER) == days(world)[1][1:]


def test_days_that_are_billed_are_credited_before_the_first_day_moves(world: World, new_tenant: int) -> None:
    bill_october(world)
    with pytest.raises(ConflictError, match="days up to 2026-11-01 are billed already by INV-2026-"):
        change_start(world.session, new_tenant, LATER, author="t", reason="x")
    with pytest.raises(ConflictError, match="days up to 2026-10-16 are billed already by INV-2026-"):
        change_start(world.session, new_tenant, date(2026, 10, 13), author="t", reason="x")
    with pytest.raises(ConflictError, match="billed already by"):
        take_back_contract(world.session, new_tenant, author="t", reason="x")
    assert ("V9", MIDDLE, None) == days(world)[-1]

    (bill,) = world.session.execute(
        text("SELECT invoice_id FROM invoice_span WHERE contract_id = :id"), {"id": new_tenant}
    ).scalars()
    correct_invoice.credit(
        world.session, bill, reason="x", day=date(2026, 11, 5), author="t", clock=lambda: noon(LATER)
    )
    change_start(world.session, new_tenant, LATER, author="t", reason="x")
    assert ("V9", LATER, None) == days(world)[-1]


@pytest.mark.parametrize("day", [MIDDLE, date(2026, 12, 1), date(2027, 1, 1)])
def test_a_first_day_that_cannot_be_is_refused(world: World, new_tenant: int, day: date) -> None:
    move_out(world.session, new_tenant, date(2026, 12, 1), author="t")
    with pytest.raises(InputError) as refused:
        change_start(world.session, new_tenant, day, author="t", reason="x")
    assert "day" == refused.value.path


def test_a_move_in_that_never_was_gives_its_days_back_to_the_owner(world: World, new_tenant: int) -> None:
    take_back_contract(world.session, new_tenant, author="t", reason="another flat")

    assert [("V1", START, date(2026, 10, 11)), (OWNER, date(2026, 10, 11), None)] == days(world)


def test_a_move_in_at_once_that_never_was_leaves_the_flat_to_the_owner(world: World, new_tenant: int) -> None:
    change_start(world.session, new_tenant, date(2026, 10, 11), author="t", reason="at once")
    take_back_contract(world.session, new_tenant, author="t", reason="another flat")

    assert [("V1", START, date(2026, 10, 11)), (OWNER, date(2026, 10, 11), None)] == days(world)


def test_an_owners_contract_that_never_was_is_taken_back_and_can_begin_on_another_day(
    world: World, new_tenant: int
) -> None:
    take_back_contract(world.session, new_tenant, author="t", reason="another flat")
    (owner,) = world.session.execute(text("SELECT id FROM contract WHERE vacancy")).scalars()
    change_start(world.session, owner, LATER, author="t", reason="the tenant paid up to then")
    assert (OWNER, LATER, None) == days(world)[-1]

    take_back_contract(world.session, owner, author="t", reason="nobody pays")
    assert [("V1", START, date(2026, 10, 11))] == days(world)


def test_what_was_taken_back_has_no_days_to_change(world: World, new_tenant: int) -> None:
    world.session.execute(text("UPDATE contract SET during = 'empty' WHERE id = :id"), {"id": new_tenant})

    with pytest.raises(ConflictError, match="V9 was taken back"):
        change_start(world.session, new_tenant, LATER, author="t", reason="x")
    with pytest.raises(ConflictError, match="V9 is taken back already"):
        take_back_contract(world.session, new_tenant, author="t", reason="x")
    assert contract_changes.stored_contract(world.session, new_tenant).number == "V9"


def at_once(world: World) -> tuple[int, int]:
    """A flat that the owner pays for from October on, and a tenant who came on that very day: both."""
    flat, _ = world.point(9)
    october = date(2026, 10, 1)
    set_vacancy(world.session, flat, world.accounts[2], world.tariff, author="t", since=october)
    move = MoveIn("V9", flat, world.accounts[1], world.tariff, october)
    return flat, move_in(world.session, move, author="t")


def days_at(world: World, flat: int) -> list[tuple[bool, date, date | None]]:
    rows = world.session.execute(
        text(
            "SELECT vacancy, lower(during) AS start, upper(during) AS until FROM contract"
            " WHERE service_point_id = :point AND NOT isempty(during) ORDER BY start"
        ),
        {"point": flat},
    )
    return [(row.vacancy, row.start, row.until) for row in rows]


def test_a_later_first_day_is_the_owners_too_where_the_owner_had_no_day_before(world: World) -> None:
    flat, tenant = at_once(world)
    change_start(world.session, tenant, LATER, author="t", reason="keys came later")

    assert [(True, date(2026, 10, 1), LATER), (False, LATER, None)] == days_at(world, flat)


def test_a_move_in_that_never_was_is_the_owners_too_where_the_owner_had_no_day_before(world: World) -> None:
    flat, tenant = at_once(world)
    take_back_contract(world.session, tenant, author="t", reason="another flat")

    assert [(True, date(2026, 10, 1), None)] == days_at(world, flat)


def test_days_that_are_billed_after_the_new_first_day_hold_nothing_up(world: World) -> None:
    """October is billed; the tenant did not come in January, but in September."""
    bill_october(world)
    change_start(world.session, world.contracts[0], date(2026, 9, 1), author="t", reason="typed wrongly")

    assert date(2026, 9, 1) == days(world)[0][1]
