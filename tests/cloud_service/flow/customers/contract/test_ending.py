from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from cloud_service.flow import billing_run as running
from cloud_service.flow import correct_invoice
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.customers.contract import MoveIn, begin_vacancy, change_end, move_in, move_out, set_vacancy
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_shard
from cloud_service.store.customers import contract_changes
from common.errors import ConflictError, InputError
from tests.books.world import World, noon
from tests.cloud_service.flow.customers.contract.october import MIDDLE, OCTOBER, bill_october, point

LATER = date(2026, 10, 20)
DAYS = """
SELECT c.number, lower(c.during) AS start, upper(c.during) AS until, lower(t.during) AS priced_from
  FROM contract c LEFT JOIN tariff_assignment t ON t.contract_id = c.id
 WHERE c.service_point_id = :point AND NOT isempty(c.during) ORDER BY start
"""


@pytest.fixture
def flat(world: World) -> int:
    """The flat of the first tenant; the third one's account is the owner's."""
    set_vacancy(world.session, point(world, world.contracts[0]), world.accounts[2], world.tariff, author="t")
    return point(world, world.contracts[0])


def days(world: World, flat: int) -> list[tuple[str, date | None, date | None]]:
    world.session.flush()
    return [(row.number, row.start, row.until) for row in world.session.execute(text(DAYS), {"point": flat})]


def leave(world: World, day: date = MIDDLE) -> int:
    move_out(world.session, world.contracts[0], day, author="t")
    return world.contracts[0]


@pytest.mark.parametrize("day", [date(2026, 10, 10), LATER])
def test_a_move_out_on_another_day_moves_the_owners_days_along(world: World, flat: int, day: date) -> None:
    tenant = leave(world)
    change_end(world.session, tenant, day, author="t", reason="keys came later")

    (_, _, until), (_, start, none) = days(world, flat)
    assert (day, day, None) == (until, start, none)
    assert [day] == [row.priced_from for row in world.session.execute(text(DAYS), {"point": flat})][1:]
    assert [31, 31, 31] == [
        sum((row.until - row.start).days for row in bills)
        for bills in _by_flat(world, bill_october(world))
    ]  # fmt: skip


def _by_flat(world: World, rows: list[Any]) -> list[list[Any]]:
    """Bills of October by flat: the first flat has two."""
    sql = "SELECT s.during, c.service_point_id AS p FROM invoice_span s JOIN contract c ON c.id = s.contract_id"
    assert rows
    spans = world.session.execute(
        text(f"SELECT lower(d.during) AS start, upper(d.during) AS until, d.p FROM ({sql}) d ORDER BY d.p")
    ).all()
    return [[span for span in spans if span.p == p] for p in sorted({span.p for span in spans})]


def test_a_move_out_taken_back_leaves_the_tenant_and_no_owner(world: World, flat: int) -> None:
    tenant = leave(world)
    change_end(world.session, tenant, None, author="t", reason="they stay")

    assert [("V1", date(2026, 1, 1), None)] == days(world, flat)
    assert 0 == world.session.execute(text("SELECT count(*) FROM contract WHERE number LIKE '%VAC%'")).scalar_one()


def test_an_owner_whose_bill_was_credited_keeps_a_contract_without_days(world: World, flat: int) -> None:
    tenant = leave(world)
    bill_october(world)
    with pytest.raises(ConflictError, match="days of the empty flat are billed to its owner by INV-2026-0000"):
        change_end(world.session, tenant, None, author="t", reason="they stay")
    (bill,) = world.session.execute(
        text("SELECT s.invoice_id FROM invoice_span s JOIN contract c ON c.id = s.contract_id WHERE c.vacancy")
    ).scalars()
    correct_invoice.credit(
        world.session, bill, reason="they stay", day=date(2026, 11, 5), author="t", clock=lambda: noon(LATER)
    )
    change_end(world.session, tenant, None, author="t", reason="they stay")

    assert [("V1", date(2026, 1, 1), None)] == days(world, flat)
    run = running.plan(world.session, RunPlan(world.entity, OCTOBER, date(2026, 11, 6), "t"))
    rate_shard(world.session, run.id)
    (due,) = world.session.execute(
        text("SELECT lower(during) AS start, upper(during) AS until FROM billing_item WHERE billing_run_id = :run"),
        {"run": run.id},
    )
    assert (MIDDLE, date(2026, 11, 1)) == (due.start, due.until)  # the rest of the tenant's October


def test_days_of_the_next_tenant_are_not_taken(world: World, flat: int) -> None:
    tenant = leave(world)
    next_tenant = MoveIn("V-NEXT", flat, world.accounts[1], world.tariff, MIDDLE)
    move_in(world.session, next_tenant, author="t")  # on the very day of the move-out: the owner had no day

    assert [("V1", date(2026, 1, 1), MIDDLE), ("V-NEXT", MIDDLE, None)] == days(world, flat)
    for day in (LATER, None):
        with pytest.raises(ConflictError, match="contract V-NEXT runs from 2026-10-16 on"):
            change_end(world.session, tenant, day, author="t", reason="keys came later")


def test_the_owner_pays_up_to_a_tenant_who_is_known_already(world: World, flat: int) -> None:
    world.session.execute(
        text("UPDATE contract SET during = '[2026-01-01,2026-12-01)' WHERE id = :id"), {"id": world.contracts[0]}
    )
    move_in(world.session, MoveIn("V-NEXT", flat, world.accounts[1], world.tariff, date(2026, 12, 1)), author="t")
    leave(world)

    assert [(MIDDLE, date(2026, 12, 1)), (date(2026, 12, 1), None)] == [
        (start, until) for _, start, until in days(world, flat)[1:]
    ]
    vacancy = contract_changes.vacancy_of(world.session, world.contracts[0])
    assert vacancy is not None
    assert begin_vacancy(world.session, vacancy, date(2026, 12, 1), author="t") is None


def test_billed_days_are_given_back_by_a_credit_note_only(world: World, flat: int) -> None:
    tenant = leave(world)
    bill_october(world)

    with pytest.raises(ConflictError, match="days up to 2026-10-16 are billed already by INV-2026-0000"):
        change_end(world.session, tenant, date(2026, 10, 10), author="t", reason="left earlier")
    assert MIDDLE == days(world, flat)[0][2]


def test_what_was_rated_before_the_move_out_is_not_issued(world: World) -> None:
    run = running.plan(world.session, RunPlan(world.entity, OCTOBER, date(2026, 11, 2), "t"))
    rate_shard(world.session, run.id)
    running.report(world.session, run.id)
    leave(world)
    running.approve(world.session, run.id, "t")
    issue_shard(world.session, run.id, author="t")

    (parked,) = world.session.execute(text("SELECT contract_id, reason FROM billing_item WHERE state = 'parked'"))
    assert (world.contracts[0], True) == (parked.contract_id, "days changed after the rating" in parked.reason)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2025, 1, 1), MIDDLE])
def test_a_day_that_cannot_be_is_refused(world: World, day: date) -> None:
    tenant = leave(world)

    with pytest.raises(InputError) as error:
        change_end(world.session, tenant, day, author="t", reason="x")
    assert "day" == error.value.path


def test_who_lives_there_is_moved_out_first(world: World) -> None:
    with pytest.raises(InputError, match="has no end yet"):
        change_end(world.session, world.contracts[0], MIDDLE, author="t", reason="x")


def test_a_fixed_term_is_followed_by_the_owner(world: World, flat: int) -> None:
    leave(world)
    term = MoveIn("V-TERM", flat, world.accounts[1], world.tariff, LATER, date(2026, 12, 1))
    move_in(world.session, term, author="t")

    assert [MIDDLE, LATER, date(2026, 12, 1), None] == [until for _, _, until in days(world, flat)]


def test_days_between_an_earlier_end_and_who_moved_in_at_once_are_the_owners(world: World, flat: int) -> None:
    tenant = leave(world)
    next_tenant = MoveIn("V-NEXT", flat, world.accounts[1], world.tariff, MIDDLE)
    move_in(world.session, next_tenant, author="t")
    change_end(world.session, tenant, date(2026, 10, 10), author="t", reason="keys came earlier")

    assert [
        ("V1", date(2026, 1, 1), date(2026, 10, 10)), ("Flat 1-VAC-20261010", date(2026, 10, 10), MIDDLE),
        ("V-NEXT", MIDDLE, None),
    ] == days(world, flat)  # fmt: skip
    change_end(world.session, tenant, MIDDLE, author="t", reason="they were not")
    assert ["V1", "V-NEXT"] == [number for number, _, _ in days(world, flat)]


def test_an_earlier_end_leaves_nobodys_days_where_no_owner_is_named(world: World) -> None:
    tenant = leave(world)
    change_end(world.session, tenant, date(2026, 10, 10), author="t", reason="keys came earlier")

    assert [("V1", date(2026, 1, 1), date(2026, 10, 10))] == days(world, point(world, tenant))


def test_the_tariff_of_a_fixed_term_goes_on_to_another_end(world: World, flat: int) -> None:
    move_out(world.session, world.contracts[0], MIDDLE, author="t")
    term = MoveIn("V9", flat, world.accounts[1], world.tariff, MIDDLE, date(2026, 10, 25))
    contract = move_in(world.session, term, author="t")
    change_end(world.session, contract, date(2026, 10, 30), author="t", reason="stayed longer")

    assert world.tariff == contract_changes.tariff_on(world.session, contract, date(2026, 10, 29))
